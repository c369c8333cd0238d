package imserver.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The users who are followed: those who are connected here. One who is not any more is followed for
 * a second or two longer, in which he may be back. Safe for use by several threads.
 */
final class Following {

  private final UserBus bus;

  /** Guarded by this, as the next one. */
  private final Set<Long> followed = new HashSet<>();

  /** Those who were not connected when it was looked last. */
  private final Set<Long> leaving = new HashSet<>();

  Following(UserBus bus) {
    this.bus = bus;
  }

  /** A user connects. */
  synchronized void follow(long user) {
    leaving.remove(user);
    if (followed.add(user)) {
      bus.follow(user);
    }
  }

  /**
   * Looks who is still to be followed.
   *
   * @param connected as it was a moment ago: somebody may have come since
   */
  synchronized void reconcile(Set<Long> connected) {
    connected.forEach(this::follow);
    for (Long user : List.copyOf(followed)) {
      if (!connected.contains(user) && !leaving.add(user)) {
        followed.remove(user);
        leaving.remove(user);
        bus.unfollow(user);
      }
    }
  }
}
