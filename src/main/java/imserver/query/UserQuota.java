package imserver.query;

import imserver.auth.UserPrincipal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds how much of something each user has at a time, so that no user fills the memory. Safe for
 * use by several threads.
 */
public final class UserQuota {

  /** The host application asks for many users. */
  private static final int TIMES_FOR_SERVICE = 8;

  private final long max;
  private final Map<Long, Long> amounts = new ConcurrentHashMap<>();

  /**
   * A quota.
   *
   * @param max of a user; one who has nothing yet may take more than that at once
   */
  public UserQuota(long max) {
    this.max = max;
  }

  /** Whether there is room for so much more; then {@link #giveBack} is to be called once. */
  public boolean take(UserPrincipal user, long amount) {
    long limit = user.service() ? TIMES_FOR_SERVICE * max : max;
    boolean[] taken = {false};
    amounts.compute(
        user.userId(),
        (id, before) -> {
          if (before == null) {
            taken[0] = true;
            return amount;
          }
          taken[0] = before + amount <= limit;
          return taken[0] ? Long.valueOf(before + amount) : before;
        });
    return taken[0];
  }

  /** How much one has. */
  public long amount(UserPrincipal user) {
    return amounts.getOrDefault(user.userId(), 0L);
  }

  /** So much is done with. */
  public void giveBack(UserPrincipal user, long amount) {
    amounts.computeIfPresent(
        user.userId(), (id, before) -> before <= amount ? null : Long.valueOf(before - amount));
  }

  /** How many users have something. */
  public int users() {
    return amounts.size();
  }
}
