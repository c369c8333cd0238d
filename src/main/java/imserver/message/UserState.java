package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The number of a user's last change, and how many messages are unread. */
@Entity
@Table(name = "user_state")
class UserState {

  @Id
  @Column(name = "user_id")
  private long userId;

  @Column(nullable = false)
  private long head;

  @Column(nullable = false)
  private long unread;

  /** For JPA, which fills the fields. */
  protected UserState() {}

  UserState(long userId) {
    this.userId = userId;
  }

  /** Adds a change, and returns its number. */
  long change() {
    return ++head;
  }

  long unread() {
    return unread;
  }

  void setUnread(long count) {
    unread = count;
  }
}
