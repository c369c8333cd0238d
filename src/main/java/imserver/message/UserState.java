package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** How far a user's changes have come, and how much he has not read. */
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

  /** Counts a change, and returns its number. */
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
