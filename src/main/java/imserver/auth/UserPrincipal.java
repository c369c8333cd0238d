package imserver.auth;

import java.security.Principal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The owner of a verified credential: a user, or the host application, or both. A moderator is a
 * user, too, unless it is the host application as well.
 *
 * @param userId positive; 0 for the host application where it is no user
 * @param subject the claim {@code sub}, for the audit log: any text
 * @param userName the name in the credential, null if none
 * @param avatar the address of the avatar in the credential, null if none
 * @param issuedAt when the credential was issued, in whole seconds, null if it does not say
 * @param expiresAt when the credential expires, null for never
 * @param service whether it is the host application
 * @param exempt whether the rules for strangers do not apply to what it sends
 * @param moderator whether it may moderate
 * @param metricsReader whether it may read the metrics; who may do only that is neither user nor
 *     host application
 */
public record UserPrincipal(
    long userId,
    String subject,
    @Nullable String userName,
    @Nullable String avatar,
    @Nullable Instant issuedAt,
    @Nullable Instant expiresAt,
    boolean service,
    boolean exempt,
    boolean moderator,
    boolean metricsReader)
    implements Principal {

  /** The longest name of a user, in code points: what a row of the directory holds. */
  public static final int MAX_NAME = 255;

  /** The longest address of an avatar, in characters: what a row of the directory holds. */
  public static final int MAX_AVATAR = 2048;

  /** A user with a credential that has no {@code sub} and no moment of issue. */
  public UserPrincipal(
      long userId,
      @Nullable String userName,
      @Nullable String avatar,
      @Nullable Instant expiresAt) {
    this(
        userId,
        Long.toString(userId),
        userName,
        avatar,
        null,
        expiresAt,
        false,
        false,
        false,
        false);
  }

  /** The same user, to whom the rules for strangers do not apply. */
  UserPrincipal asExempt() {
    return new UserPrincipal(
        userId,
        subject,
        userName,
        avatar,
        issuedAt,
        expiresAt,
        service,
        true,
        moderator,
        metricsReader);
  }

  /** The host application as no user: in open mode, and as the sender of notices. */
  public static UserPrincipal ofService() {
    return new UserPrincipal(0, "0", null, null, null, null, true, true, false, true);
  }

  /** The same, which may also moderate. */
  UserPrincipal asModerator() {
    return new UserPrincipal(
        userId,
        subject,
        userName,
        avatar,
        issuedAt,
        expiresAt,
        service,
        exempt,
        true,
        metricsReader);
  }

  /**
   * The host application as it acts for a user; to what it sends, rules for strangers do not apply.
   */
  public UserPrincipal actingFor(long user) {
    return new UserPrincipal(
        user, subject, null, null, issuedAt, expiresAt, true, true, false, false);
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

  /** Whether the credential has expired at {@code now}. */
  public boolean isExpired(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }
}
