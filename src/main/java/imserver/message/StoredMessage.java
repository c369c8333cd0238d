package imserver.message;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A message as it is kept.
 *
 * @param id positive, below 2^53
 * @param senderId 0 for the system
 * @param recipientId positive
 * @param content the text
 * @param timestamp the sender's mark, "" for none
 * @param createdAt when it was taken in
 * @param readAt when its recipient read it, null while unread
 */
public record StoredMessage(
    long id,
    long senderId,
    long recipientId,
    String content,
    String timestamp,
    OffsetDateTime createdAt,
    @Nullable OffsetDateTime readAt) {

  /** Whether its recipient has read it. */
  public boolean isRead() {
    return readAt != null;
  }
}
