package imserver.cluster;

import org.jspecify.annotations.Nullable;

/**
 * Something committed that users see. What concerns a user has a number among the changes of that
 * user, one above that of the change before ({@code imserver.message}).
 */
public sealed interface Change {

  /**
   * A message was stored.
   *
   * @param messageId positive, below 2^53
   * @param senderId 0 for the system
   * @param senderChange the number of this change for the sender, 0 for the system
   * @param recipientId positive
   * @param recipientChange the number of this change for the recipient; the sender's where both are
   *     one
   * @param content the text; null where it was too long for a frame, and is to be read from the
   *     database
   * @param timestamp the sender's mark, "" for none
   */
  record MessageStored(
      long messageId,
      long senderId,
      long senderChange,
      long recipientId,
      long recipientChange,
      @Nullable String content,
      String timestamp)
      implements Change {

    /** The same without its text. */
    MessageStored withoutContent() {
      return new MessageStored(
          messageId, senderId, senderChange, recipientId, recipientChange, null, timestamp);
    }
  }

  /**
   * A user has read messages of another, or of himself or the system.
   *
   * @param readerId positive
   * @param senderId whose messages these were, 0 for the system
   * @param readerChange the number of this change for the reader
   * @param senderChange the number of this change for the sender: 0 for the system, the reader's
   *     where both are one
   * @param unread how many messages of the sender the reader has not read now
   * @param readUpTo the id up to which all messages of the sender are read, 0 for none
   */
  record MessagesRead(
      long readerId,
      long senderId,
      long readerChange,
      long senderChange,
      long unread,
      long readUpTo)
      implements Change {}

  /**
   * The name or avatar of a user was changed. It has no number.
   *
   * @param userId positive
   */
  record ProfileChanged(long userId) implements Change {}
}
