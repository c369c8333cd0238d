package imserver.auth;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Checks how far in the future a token expires. Safe for use by several threads. */
final class TokenLifetime {

  private static final System.Logger LOG = System.getLogger(TokenLifetime.class.getName());

  /** Longer is a mistake: such an {@code exp} is in milliseconds, which is in the year 50,000. */
  private static final Duration ABSURD = Duration.ofDays(3653);

  private final @Nullable Duration longest;
  private final Clock clock;
  private final AtomicBoolean warned = new AtomicBoolean();

  /**
   * A check by a bound.
   *
   * @param maxSeconds 0 for none
   */
  TokenLifetime(int maxSeconds, Clock clock) {
    this.longest = maxSeconds == 0 ? null : Duration.ofSeconds(maxSeconds);
    this.clock = clock;
  }

  /**
   * Refuses a token that expires too late, and warns, once, of one that is valid for more than ten
   * years. Counted from now and, where the token has it, from {@code iat}: a token with {@code iat}
   * that is refused today is refused until it expires.
   */
  void check(UserPrincipal principal) throws InvalidCredentialException {
    Instant now = clock.instant();
    if (endsAfter(principal, now, ABSURD) && warned.compareAndSet(false, true)) {
      LOG.log(
          Level.WARNING,
          "a token ends more than ten years from now: its exp may be in milliseconds, where seconds"
              + " are meant; IMSERVER_JWT_MAX_LIFETIME refuses such tokens");
    }
    if (longest != null
        && (endsAfter(principal, now, longest)
            || endsAfter(principal, principal.issuedAt(), longest))) {
      throw new InvalidCredentialException(
          "exp is further away than IMSERVER_JWT_MAX_LIFETIME allows");
    }
  }

  private static boolean endsAfter(
      UserPrincipal principal, @Nullable Instant begin, Duration longest) {
    Instant end = principal.expiresAt();
    return begin != null && end != null && Duration.between(begin, end).compareTo(longest) > 0;
  }
}
