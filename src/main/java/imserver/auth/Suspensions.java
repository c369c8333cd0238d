package imserver.auth;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which users moderators have suspended, from writing or from everything, until when. In memory;
 * {@code imserver.moderation} keeps them in the database. Safe for use by several threads; no
 * method waits.
 */
@ApplicationScoped
public class Suspensions {

  /**
   * One that may have ended.
   *
   * @param version of what is in the database: a higher one is newer
   */
  private record Suspended(boolean fromAll, Instant until, long version) {}

  private final Map<Long, Suspended> byUser = new ConcurrentHashMap<>();
  private final Clock clock;

  /** For proxies. */
  protected Suspensions() {
    this(Clock.systemUTC());
  }

  /** By the time. */
  @Inject
  public Suspensions(Clock clock) {
    this.clock = clock;
  }

  /**
   * Suspends a user, in place of what was before, unless a newer version of it is known.
   *
   * @param fromAll whether from everything; else from writing
   * @param until when it ends, by itself; may be over
   */
  public void put(long userId, boolean fromAll, Instant until, long version) {
    byUser.merge(
        userId,
        new Suspended(fromAll, until, version),
        (known, other) -> known.version() > other.version() ? known : other);
  }

  /** Forgets those that ended before a moment. */
  public void forgetEndedBefore(Instant moment) {
    byUser.values().removeIf(each -> each.until().isBefore(moment));
  }

  /** Whether the user may not write now. */
  public boolean isSilent(long userId) {
    Suspended suspended = byUser.get(userId);
    return suspended != null && clock.instant().isBefore(suspended.until());
  }

  /** Whether the user may not even connect now. */
  public boolean isShutOut(long userId) {
    Suspended suspended = byUser.get(userId);
    return suspended != null && suspended.fromAll() && clock.instant().isBefore(suspended.until());
  }

  /** The same of the owner of a credential; the host application is never suspended. */
  public boolean isShutOut(UserPrincipal principal) {
    return !principal.service() && isShutOut(principal.userId());
  }
}
