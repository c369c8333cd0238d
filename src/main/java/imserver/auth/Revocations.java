package imserver.auth;

import imserver.config.Config;
import imserver.config.Config.AuthMode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which tokens are revoked: those of a user that were issued before the host application ended that
 * user's access. In memory; {@code imserver.access} keeps them in the database too. In open mode
 * nothing is revoked: a bare id was never issued. Safe for use by several threads; no method waits.
 */
@ApplicationScoped
public class Revocations {

  /** An {@code iat} further ahead than that is not used, such as one in milliseconds. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(JwtVerifier.CLOCK_SKEW_SECONDS);

  private final Map<Long, Instant> issuedBefore = new ConcurrentHashMap<>();
  private final boolean open;
  private final Clock clock;

  /** For proxies. */
  protected Revocations() {
    this(true, Clock.systemUTC());
  }

  /** By the settings. */
  @Inject
  public Revocations(Config config, Clock clock) {
    this(config.auth().mode() == AuthMode.OPEN, clock);
  }

  private Revocations(boolean open, Clock clock) {
    this.open = open;
    this.clock = clock;
  }

  /** Revokes a user's tokens that were issued before {@code moment}; the latest moment counts. */
  public void revoke(long userId, Instant moment) {
    issuedBefore.merge(userId, moment, (known, other) -> known.isAfter(other) ? known : other);
  }

  /** Forgets what was revoked for tokens issued before {@code moment}. */
  public void forget(Instant moment) {
    issuedBefore.values().removeIf(known -> known.isBefore(moment));
  }

  /**
   * Whether the credential is revoked. One without the moment of its issue counts as issued before.
   */
  public boolean cover(UserPrincipal principal) {
    if (open) {
      return false;
    }
    Instant moment = issuedBefore.get(principal.userId());
    if (moment == null) {
      return false;
    }
    Instant issuedAt = principal.issuedAt();
    return issuedAt == null
        || issuedAt.isBefore(moment)
        || issuedAt.isAfter(clock.instant().plus(CLOCK_SKEW));
  }
}
