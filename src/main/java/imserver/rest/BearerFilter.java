package imserver.rest;

import imserver.auth.CredentialVerifier;
import imserver.auth.InvalidCredentialException;
import imserver.auth.UserPrincipal;
import imserver.session.UserBudgets;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.SecurityContext;
import java.lang.System.Logger.Level;
import java.security.Principal;
import java.time.Duration;

/**
 * Verifies {@code Authorization: Bearer …} (RFC 6750), the only place where a credential is looked
 * for: a cookie would be sent by a foreign page too. Then takes the request off the user's budget;
 * the host application has none.
 */
@Authenticated
@Priority(Priorities.AUTHENTICATION)
public class BearerFilter implements ContainerRequestFilter {

  private static final System.Logger LOG = System.getLogger(BearerFilter.class.getName());
  private static final String SCHEME = "bearer ";

  /** For the container. */
  public BearerFilter() {}

  @Override
  public void filter(ContainerRequestContext request) {
    String header = request.getHeaderString(HttpHeaders.AUTHORIZATION);
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw Problem.unauthorized();
    }
    UserPrincipal principal = principal(header.substring(SCHEME.length()).strip());
    request.setSecurityContext(new Caller(principal));
    charge(principal, 1);
  }

  /**
   * Takes a request off the user's budget.
   *
   * @param cost as many short requests as this one costs as much as
   * @throws Problem if nothing is left
   */
  static void charge(UserPrincipal principal, int cost) {
    if (principal.service()) {
      return;
    }
    UserBudgets budgets = CDI.current().select(UserBudgets.class).get();
    Duration wait =
        budgets.requests().take(principal.userId(), Math.min(cost, UserBudgets.MAX_REQUEST_COST));
    if (!wait.isZero()) {
      throw Problem.rateLimited("too many requests, slow down", wait);
    }
  }

  private static UserPrincipal principal(String credential) {
    try {
      return CDI.current().select(CredentialVerifier.class).get().verify(credential);
    } catch (InvalidCredentialException e) {
      LOG.log(Level.INFO, "refused a request: {0}", e.getMessage());
      throw Problem.unauthorized();
    }
  }

  /** Who asks. */
  private record Caller(UserPrincipal principal) implements SecurityContext {

    @Override
    public Principal getUserPrincipal() {
      return principal;
    }

    @Override
    public boolean isUserInRole(String role) {
      return false; // nobody asks by name
    }

    @Override
    public boolean isSecure() {
      return false; // nobody asks; TLS may end before this server
    }

    @Override
    public String getAuthenticationScheme() {
      return "Bearer";
    }
  }

  /**
   * The user who asks.
   *
   * @throws Problem if it is the host application, which has no messages
   */
  public static UserPrincipal user(SecurityContext caller) {
    UserPrincipal principal = (UserPrincipal) caller.getUserPrincipal();
    if (!principal.isUser()) {
      throw Problem.forbidden("this takes the credential of a user");
    }
    return principal;
  }

  /**
   * Does nothing for the host application.
   *
   * @throws Problem if it is somebody else
   */
  static void requireService(SecurityContext caller) {
    if (!((UserPrincipal) caller.getUserPrincipal()).service()) {
      throw Problem.forbidden("this takes the credential of the host application");
    }
  }
}
