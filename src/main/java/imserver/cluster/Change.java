package imserver.cluster;

import imserver.packet.Attachment;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that users see, mostly committed. What is stored for a user has a number among the
 * changes of that user, one above that of the change before ({@code imserver.message}).
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
   *     one, 0 where it is silenced
   * @param unread how many messages of the sender the recipient has not read then
   * @param content as it is stored ({@link imserver.packet.AttachedText}); null where it was too
   *     long for a frame, and is to be read from the database
   * @param timestamp the sender's mark, "" for none
   * @param time when it came, in whole milliseconds
   * @param clientMessageId the sender's name for it, null for none
   * @param title of a message of the system, null for none
   * @param url its link, null for none
   * @param attachments the files that it carries
   */
  record MessageStored(
      long messageId,
      long senderId,
      long senderChange,
      long recipientId,
      long recipientChange,
      long unread,
      @Nullable String content,
      String timestamp,
      Instant time,
      @Nullable String clientMessageId,
      @Nullable String title,
      @Nullable String url,
      List<Attachment> attachments)
      implements Change {

    /** Copies the list. */
    public MessageStored {
      attachments = List.copyOf(attachments);
    }

    /** Without files. */
    public MessageStored(
        long messageId,
        long senderId,
        long senderChange,
        long recipientId,
        long recipientChange,
        long unread,
        @Nullable String content,
        String timestamp,
        Instant time,
        @Nullable String clientMessageId,
        @Nullable String title,
        @Nullable String url) {
      this(
          messageId,
          senderId,
          senderChange,
          recipientId,
          recipientChange,
          unread,
          content,
          timestamp,
          time,
          clientMessageId,
          title,
          url,
          List.of());
    }

    /** The same without its text, title, link and files. */
    MessageStored withoutContent() {
      return new MessageStored(
          messageId,
          senderId,
          senderChange,
          recipientId,
          recipientChange,
          unread,
          null,
          timestamp,
          time,
          clientMessageId,
          null,
          null,
          List.of());
    }
  }

  /**
   * A user has set what a conversation is to him.
   *
   * @param userId positive
   * @param change the number of this change for the user
   * @param otherId the other one, 0 for the system
   * @param blocked whether the user has blocked the other one
   * @param muted whether nothing there is to disturb the user
   * @param pinned whether it is to be above others
   * @param hidden whether it is not in the user's list
   */
  record ConversationSet(
      long userId,
      long change,
      long otherId,
      boolean blocked,
      boolean muted,
      boolean pinned,
      boolean hidden)
      implements Change {}

  /**
   * A user has read messages of another, or of himself or the system.
   *
   * @param readerId positive
   * @param senderId whose messages these were, 0 for the system
   * @param readerChange the number of this change for the reader
   * @param senderChange the number of this change for the sender: 0 where it is none for him, the
   *     reader's where both are one
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
   * A message was recalled.
   *
   * @param messageId positive
   * @param senderId whose message it was, positive
   * @param senderChange the number of this change for the sender
   * @param recipientId positive
   * @param recipientChange the same for the recipient: the sender's where both are one
   * @param unread how many messages of the sender the recipient has not read now
   */
  record MessageRecalled(
      long messageId,
      long senderId,
      long senderChange,
      long recipientId,
      long recipientChange,
      long unread)
      implements Change {}

  /**
   * Something that a user sees was changed, and is to be read from the database.
   *
   * @param userId positive
   * @param change the number of this change for the user
   */
  record Untold(long userId, long change) implements Change {}

  /**
   * A user is writing to another. Nothing is stored, and it has no number.
   *
   * @param fromId positive
   * @param toId positive
   */
  record Typing(long fromId, long toId) implements Change {}

  /**
   * The name or avatar of a user was changed. It has no number.
   *
   * @param userId positive
   */
  record ProfileChanged(long userId) implements Change {}
}
