package imserver.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import imserver.config.Config;
import imserver.packet.BlankText;
import imserver.packet.StorableText;
import imserver.packet.WebAddress;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a signed JSON Web Token: the pinned algorithm, the signature, {@code exp} (required),
 * {@code nbf}, and the longest lifetime, {@code iss} and {@code aud} where configured.
 */
final class JwtVerifier implements CredentialVerifier {

  /**
   * How far ahead the issuer's clock may be, in seconds, before a token counts as not yet valid
   * (PROTOCOL.md, section 1, allows 60). For {@code exp} there is no such grace: a live connection
   * ends at that moment too.
   */
  static final int CLOCK_SKEW_SECONDS = 60;

  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
  private final String userClaim;
  private final String serviceClaim;
  private final String serviceRole;
  private final String moderatorRole;
  private final String metricsRole;
  private final Exemptions exemptions;
  private final Clock clock;
  private final TokenLifetime lifetime;

  JwtVerifier(Config.Auth auth, JwtKeys keys, Clock clock) {
    this.userClaim = auth.userClaim();
    this.serviceClaim = auth.serviceClaim();
    this.serviceRole = auth.serviceRole();
    this.moderatorRole = auth.moderatorRole();
    this.metricsRole = auth.metricsRole();
    this.exemptions = new Exemptions(auth.exempt());
    this.clock = clock;
    this.lifetime = new TokenLifetime(auth.maxLifetime(), clock);
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(keys.selector());
    processor.setJWSVerifierFactory(keys.verifiers());
    processor.setJWTClaimsSetVerifier(new Claims(auth, clock));
  }

  @Override
  public UserPrincipal verify(String credential) throws InvalidCredentialException {
    try {
      return principal(processor.process(credential, null));
    } catch (ParseException e) {
      throw new InvalidCredentialException("not a signed token");
    } catch (KeySourceException e) {
      throw new InvalidCredentialException("the keys cannot be read");
    } catch (ExpiredJWTException e) {
      throw new InvalidCredentialException("expired");
    } catch (BadJWTException e) {
      throw new InvalidCredentialException("exp is missing, or nbf, iss or aud does not hold");
    } catch (BadJOSEException | JOSEException e) {
      throw new InvalidCredentialException("not signed with the key and algorithm of this server");
    } catch (RuntimeException e) { // of the parser, where the header is the JSON value null
      throw new InvalidCredentialException("not a signed token");
    }
  }

  private UserPrincipal principal(JWTClaimsSet claims) throws InvalidCredentialException {
    Date expiry = claims.getExpirationTime();
    if (expiry == null) { // present, which Nimbus checks, but null
      throw new InvalidCredentialException("exp is missing");
    }
    Collection<?> roles = roles(claims);
    boolean service = roles.contains(serviceRole);
    boolean metricsReader = service || roles.contains(metricsRole);
    long userId = userId(claims.getClaim(userClaim), metricsReader);
    UserPrincipal principal =
        new UserPrincipal(
            userId,
            subject(claims.getClaim("sub"), userId),
            name(claims.getClaim("name")),
            avatar(claims.getClaim("picture")),
            issuedAt(claims.getIssueTime()),
            expiry.toInstant(),
            service,
            exemptions.cover(userId, roles),
            roles.contains(moderatorRole),
            metricsReader);
    if (principal.isExpired(clock.instant())) {
      throw new InvalidCredentialException("expired");
    }
    lifetime.check(principal);
    return principal;
  }

  private static String subject(@Nullable Object claim, long userId) {
    return claim == null ? Long.toString(userId) : String.valueOf(claim);
  }

  private static @Nullable Instant issuedAt(@Nullable Date claim) {
    return claim == null ? null : claim.toInstant();
  }

  /** The user id; 0 for a host application, or a reader of metrics, that is no user. */
  private long userId(@Nullable Object claim, boolean mayBeNoUser)
      throws InvalidCredentialException {
    boolean numberOrText = claim instanceof Number || claim instanceof String;
    OptionalLong userId = UserIds.parse(numberOrText ? String.valueOf(claim) : "");
    if (userId.isEmpty() && !mayBeNoUser) {
      throw new InvalidCredentialException("the claim '" + userClaim + "' is not a user id");
    }
    return userId.orElse(0);
  }

  /**
   * The claim is a list of roles, or a text with blanks between them as in OAuth's {@code scope}.
   */
  private Collection<?> roles(JWTClaimsSet claims) {
    Object claim = claim(claims.getClaims());
    if (claim instanceof Collection<?> roles) {
      return roles;
    }
    return claim instanceof String roles ? List.of(roles.split(" ", -1)) : List.of();
  }

  /** By its name, or within objects where the name is a path like {@code realm_access.roles}. */
  private @Nullable Object claim(Map<String, ?> claims) {
    Object claim = claims.get(serviceClaim);
    if (claim != null) {
      return claim;
    }
    Object within = claims;
    for (String name : serviceClaim.split("\\.", -1)) {
      within = within instanceof Map<?, ?> object ? object.get(name) : null;
    }
    return within;
  }

  /** A longer name is cut. Null where there is none, or it is blank or cannot be stored. */
  private static @Nullable String name(@Nullable Object claim) {
    if (!(claim instanceof String name)
        || BlankText.isBlank(name)
        || !StorableText.isStorable(name)) {
      return null;
    }
    return name.codePointCount(0, name.length()) <= UserPrincipal.MAX_NAME
        ? name
        : name.substring(0, name.offsetByCodePoints(0, UserPrincipal.MAX_NAME));
  }

  /** Null where there is none, or it is too long or must not be loaded by a page. */
  private static @Nullable String avatar(@Nullable Object claim) {
    boolean fits =
        claim instanceof String address
            && !address.isBlank()
            && address.length() <= UserPrincipal.MAX_AVATAR
            && StorableText.isStorable(address)
            && WebAddress.isOfImage(address);
    return fits ? (String) claim : null;
  }

  /** Nimbus's checks, at the injected time. */
  private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {

    private final Clock clock;

    Claims(Config.Auth auth, Clock clock) {
      super(auth.audience(), exactly(auth.issuer()), Set.of("exp"));
      this.clock = clock;
      setMaxClockSkew(CLOCK_SKEW_SECONDS);
    }

    private static JWTClaimsSet exactly(@Nullable String issuer) {
      JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder();
      return issuer == null ? claims.build() : claims.issuer(issuer).build();
    }

    @Override
    protected Date currentTime() {
      return Date.from(clock.instant());
    }
  }
}
