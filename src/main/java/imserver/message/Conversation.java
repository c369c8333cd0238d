package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;

/**
 * What two users see of their conversation in their lists. Written with the messages ({@link
 * MessageRepository}), and by {@link ConversationService#recount}.
 */
@Entity
@Table(name = "conversation")
@IdClass(Conversation.Key.class)
class Conversation {

  /** Of the migration. */
  private static final long BUCKET = 1024;

  @Id
  @Column(name = "low_id")
  private long low;

  @Id
  @Column(name = "high_id")
  private long high;

  @Column(name = "last_message_id", nullable = false)
  private long lastMessageId;

  /** Of the last message: what the list is read by. The database makes it. */
  @Column(name = "bucket", insertable = false, updatable = false)
  private long bucket;

  @Column(name = "unread_low", nullable = false)
  private long unreadLow;

  @Column(name = "unread_high", nullable = false)
  private long unreadHigh;

  /** For JPA, which fills the fields. */
  protected Conversation() {}

  /** The other one of the two, or the user where that is the same. */
  long otherThan(long user) {
    return user == low ? high : low;
  }

  /** In which bucket a message id lies: the higher the id, the higher that. */
  static long bucket(long messageId) {
    return messageId / BUCKET;
  }

  long lastMessageId() {
    return lastMessageId;
  }

  /** How many messages the user has not read. */
  long unreadOf(long user) {
    return user == high ? unreadHigh : unreadLow;
  }

  void setUnreadOf(long user, long count) {
    if (user == high) {
      unreadHigh = count;
    } else {
      unreadLow = count;
    }
  }

  /** For JPA: by what a row is found. */
  static class Key implements Serializable {

    private static final long serialVersionUID = 1L;

    private long low;
    private long high;

    /** For JPA, which fills the fields. */
    protected Key() {}

    Key(Pair pair) {
      low = pair.low();
      high = pair.high();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && key.low == low && key.high == high;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * low + high);
    }
  }
}
