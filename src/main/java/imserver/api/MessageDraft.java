package imserver.api;

import org.jspecify.annotations.Nullable;

/**
 * A message that is to be stored.
 *
 * @param senderId the id of the user who sends it, positive
 * @param recipientId the id of the user to whom it goes, positive
 * @param content its text, not blank; words of the list {@code mask} are masked
 * @param clientMessageId the name that its client has given it, the same for a retry; null for none
 */
public record MessageDraft(
    long senderId, long recipientId, String content, @Nullable String clientMessageId) {}
