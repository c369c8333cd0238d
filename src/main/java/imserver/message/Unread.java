package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;

/**
 * A message that is unread. The row comes with the message ({@code add_messages}, {@link
 * H2MessageInserter}) and goes when the message is read, or with a recount if the message is gone
 * ({@code mark_read}, {@code recount}, {@link H2UnreadWriter}).
 */
@SuppressWarnings("UnusedVariable") // JPA reads the fields
@Entity
@Table(name = "unread")
@IdClass(Unread.Key.class)
class Unread {

  @Id
  @Column(name = "recipient_id")
  private long recipientId;

  /** A {@link Long}, since it is null where an outer join finds no row. */
  @Id
  @Column(name = "message_id")
  private Long messageId;

  @Column(name = "sender_id", nullable = false)
  private long senderId;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected Unread() {}

  long senderId() {
    return senderId;
  }

  /** For JPA: the key of a row. */
  static class Key implements Serializable {

    private static final long serialVersionUID = 1L;

    private long recipientId;
    private Long messageId;

    /** For JPA, which fills the fields. */
    @SuppressWarnings("NullAway.Init")
    protected Key() {}

    Key(long recipientId, long messageId) {
      this.recipientId = recipientId;
      this.messageId = messageId;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && key.recipientId == recipientId
          && key.messageId.equals(messageId);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * recipientId + messageId);
    }
  }
}
