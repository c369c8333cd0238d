package imserver.auth;

import java.security.Principal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who stands behind a verified credential: a user, or the host application, or both.
 *
 * @param userId positive; 0 for the host application where it is no user
 * @param subject whom the issuer of the credential means, for the log of what was done: any text
 * @param userName the name that the credential tells, null if none
 * @param avatar the address of the avatar that the credential tells, null if none
 * @param issuedAt when the credential was issued, in whole seconds, null if it does not tell
 * @param expiresAt when the credential ends, null for never
 * @param service whether it is the host application
 */
public record UserPrincipal(
    long userId,
    String subject,
    @Nullable String userName,
    @Nullable String avatar,
    @Nullable Instant issuedAt,
    @Nullable Instant expiresAt,
    boolean service)
    implements Principal {

  /** The longest name of a user, in code points: what a row of the directory holds. */
  public static final int MAX_NAME = 255;

  /** The longest address of an avatar, in characters: what a row of the directory holds. */
  public static final int MAX_AVATAR = 2048;

  /** A user, who is known by the id alone. */
  public UserPrincipal(
      long userId,
      @Nullable String userName,
      @Nullable String avatar,
      @Nullable Instant expiresAt) {
    this(userId, Long.toString(userId), userName, avatar, null, expiresAt, false);
  }

  /** The host application, which is no user: in open mode, and where it speaks for the system. */
  public static UserPrincipal ofService() {
    return new UserPrincipal(0, "0", null, null, null, null, true);
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
