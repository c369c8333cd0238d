package imserver.message;

import java.time.OffsetDateTime;

/**
 * A message of another system, which is to be stored as if it had been sent and delivered here when
 * it was there.
 *
 * @param senderId 0 for the system
 * @param recipientId positive
 * @param importId its id in the other system: of one sender no two messages have the same
 * @param content storable text, not blank
 * @param sentAt in whole milliseconds
 * @param read whether its recipient has read it
 */
public record ImportedMessage(
    long senderId,
    long recipientId,
    String importId,
    String content,
    OffsetDateTime sentAt,
    boolean read) {

  UserPair pair() {
    return UserPair.of(senderId, recipientId);
  }

  DedupeKey key() {
    return DedupeKey.ofImported(senderId, importId);
  }
}
