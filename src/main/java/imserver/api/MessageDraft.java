package imserver.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that is to be stored.
 *
 * @param senderId the id of the user who sends it, positive
 * @param recipientId the id of the user to whom it goes, positive
 * @param content its text; blank only where it carries files; words of the list {@code mask} are
 *     masked
 * @param clientMessageId the name that its client has given it, the same for a retry; null for none
 * @param fileIds the ids of the files that it carries, as its sender names them; none for most
 */
public record MessageDraft(
    long senderId,
    long recipientId,
    String content,
    @Nullable String clientMessageId,
    List<Long> fileIds) {

  /** Copies the list. */
  public MessageDraft {
    fileIds = List.copyOf(fileIds);
  }

  /** Without files. */
  public MessageDraft(
      long senderId, long recipientId, String content, @Nullable String clientMessageId) {
    this(senderId, recipientId, content, clientMessageId, List.of());
  }
}
