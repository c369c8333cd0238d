package imserver.conversation;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A message of the system with its title and link.
 *
 * @param id of the message
 * @param content the text
 * @param createdAt when it was taken in
 * @param title null for none
 * @param url null for none
 */
public record StoredNotice(
    long id,
    String content,
    OffsetDateTime createdAt,
    @Nullable String title,
    @Nullable String url) {}
