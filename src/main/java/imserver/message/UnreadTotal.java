package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** How many messages a user has not read. Written by {@link Tally} alone. */
@Entity
@Table(name = "unread_total")
class UnreadTotal {

  @Id
  @Column(name = "user_id")
  private long userId;

  @Column(nullable = false)
  private long unread;

  /** For JPA, which fills the fields. */
  protected UnreadTotal() {}

  UnreadTotal(long userId) {
    this.userId = userId;
  }

  long unread() {
    return unread;
  }

  void setUnread(long count) {
    unread = count;
  }
}
