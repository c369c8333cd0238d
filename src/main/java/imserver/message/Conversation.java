package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;

/** What two users see of their conversation in their lists. Written by {@link MessageStore}. */
@Entity
@Table(name = "conversation")
@IdClass(Conversation.Key.class)
public class Conversation {

  /** Of the migration. */
  private static final long BUCKET = 65_536;

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

  @Column(name = "read_up_to_low", nullable = false)
  private long readUpToLow;

  @Column(name = "read_up_to_high", nullable = false)
  private long readUpToHigh;

  @Column(name = "changed_low", nullable = false)
  private long changedLow;

  @Column(name = "changed_high", nullable = false)
  private long changedHigh;

  /** For JPA, which fills the fields. */
  protected Conversation() {}

  /** The other one of the two, or the user where that is the same. */
  public long otherThan(long user) {
    return user == low ? high : low;
  }

  /** In which bucket a message id lies: the higher the id, the higher that. */
  public static long bucket(long messageId) {
    return messageId / BUCKET;
  }

  /** The id of the newest message. */
  public long lastMessageId() {
    return lastMessageId;
  }

  /** How many messages the user has not read. */
  public long unreadOf(long user) {
    return isHigh(user) ? unreadHigh : unreadLow;
  }

  void setUnreadOf(long user, long count) {
    if (isHigh(user)) {
      unreadHigh = count;
    } else {
      unreadLow = count;
    }
  }

  /** The last message to the user up to which he has read all of them, 0 for none. */
  public long readUpToOf(long user) {
    return isHigh(user) ? readUpToHigh : readUpToLow;
  }

  void setReadUpToOf(long user, long messageId) {
    if (isHigh(user)) {
      readUpToHigh = messageId;
    } else {
      readUpToLow = messageId;
    }
  }

  /** Takes note of the last change that the user sees here. */
  void setChangedOf(long user, long change) {
    if (isHigh(user)) {
      changedHigh = change;
    }
    if (user == low) {
      changedLow = change;
    }
  }

  private boolean isHigh(long user) {
    return new UserPair(low, high).isHigh(user);
  }

  /** For JPA: by what a row is found. */
  public static class Key implements Serializable {

    private static final long serialVersionUID = 1L;

    private long low;
    private long high;

    /** For JPA, which fills the fields. */
    protected Key() {}

    /** Of the conversation of two users, in whichever order they are given. */
    public Key(long one, long other) {
      UserPair pair = UserPair.of(one, other);
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
