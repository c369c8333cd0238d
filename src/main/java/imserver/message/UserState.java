package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** The number of a user's last change, how many messages are unread, and what rules there are. */
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

  @Column(name = "stranger_quota")
  private @Nullable Integer strangerQuota;

  @Column(name = "has_rules", nullable = false)
  private boolean hasRules;

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

  /** How many messages a stranger may send; null for as many as the site says. */
  @Nullable Integer strangerQuota() {
    return strangerQuota;
  }

  void setStrangerQuota(@Nullable Integer quota) {
    strangerQuota = quota;
    hasRules |= quota != null;
  }

  /** Whether the user has ever blocked somebody, had a quota, or was suspended. */
  boolean hasRules() {
    return hasRules;
  }

  /** From now on it has to be looked at what there is. */
  void setHasRules() {
    hasRules = true;
  }
}
