package imserver.auth;

import java.security.Principal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user whose credential was verified.
 *
 * @param userId positive
 * @param userName the name that the credential tells, null if none
 * @param avatar the address of the avatar that the credential tells, null if none
 * @param expiresAt when the credential ends, null for never
 */
public record UserPrincipal(
    long userId, @Nullable String userName, @Nullable String avatar, @Nullable Instant expiresAt)
    implements Principal {

  /** The user id in digits. */
  @Override
  public String getName() {
    return Long.toString(userId);
  }

  /** Whether the credential has ended at {@code now}. */
  public boolean isExpired(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }
}
