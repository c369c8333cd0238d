package imserver.auth;

import java.security.Principal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who stands behind a verified credential: a user, or the host application, or both.
 *
 * @param userId positive; 0 for the host application where it is no user
 * @param userName the name that the credential tells, null if none
 * @param avatar the address of the avatar that the credential tells, null if none
 * @param expiresAt when the credential ends, null for never
 * @param service whether it is the host application
 */
public record UserPrincipal(
    long userId,
    @Nullable String userName,
    @Nullable String avatar,
    @Nullable Instant expiresAt,
    boolean service)
    implements Principal {

  /** A user. */
  public UserPrincipal(
      long userId,
      @Nullable String userName,
      @Nullable String avatar,
      @Nullable Instant expiresAt) {
    this(userId, userName, avatar, expiresAt, false);
  }

  /** Whether it is a user, who may connect. */
  public boolean isUser() {
    return userId > 0;
  }

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
