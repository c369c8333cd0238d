package imserver.rest;

import imserver.auth.CredentialVerifier;
import imserver.auth.Revocations;
import imserver.auth.Suspensions;
import imserver.auth.UserPrincipal;
import imserver.packet.FailureCode;
import imserver.session.UserBudgets;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;

/**
 * Verifies {@code Authorization: Bearer …} (RFC 6750), where {@link NonBlockingFilter} has not done
 * so to read a body. A credential is taken from no other place: a cookie would be sent with the
 * requests of a foreign page too. Then takes the request off the user's budget; the host
 * application has none. The body is complete by now: a credential that has ended while the body
 * arrived is refused, and the request is not carried out.
 */
@Authenticated
@Priority(Priorities.AUTHENTICATION)
public class BearerFilter implements ContainerRequestFilter {

  /** The header with the id of a user for whom the host application acts. */
  static final String ACTED_FOR = "Imserver-User";

  /** The attribute of a request with the {@link Problem} of its body. */
  static final String PROBLEM = BearerFilter.class.getName() + ".problem";

  /** For the container. */
  public BearerFilter() {}

  @Override
  public void filter(ContainerRequestContext request) {
    if (request.getProperty(PROBLEM) instanceof Problem problem) {
      throw problem;
    }
    Object caller = request.getProperty(Bearer.CALLER);
    UserPrincipal principal =
        caller == null
            ? Bearer.verified(
                request.getHeaderString(HttpHeaders.AUTHORIZATION),
                Beans.get(CredentialVerifier.class))
            : caller instanceof UserPrincipal known ? known : null;
    if (principal == null || hasEnded(principal)) {
      throw Problem.unauthorized();
    }
    String actedFor = request.getHeaderString(ACTED_FOR);
    if (actedFor != null) {
      principal = actingFor(actedFor, principal, request);
    }
    if (Beans.get(Suspensions.class).isShutOut(principal)) {
      FailureCode code = FailureCode.SUSPENDED;
      throw Problem.of(code, code.message());
    }
    request.setProperty(Bearer.CALLER, principal);
    request.setSecurityContext(new Caller(principal));
    charge(principal, 1);
  }

  /**
   * The host application does what the user may do. Each time is logged: what is only read may be
   * marked as read by that.
   */
  private static UserPrincipal actingFor(
      String user, UserPrincipal host, ContainerRequestContext request) {
    if (!host.service()) {
      throw Problem.forbidden(ACTED_FOR + " is for the host application");
    }
    UserPrincipal acting = host.actingFor(Parameters.id(ACTED_FOR, user));
    Beans.get(Audit.class)
        .line(
            host,
            "act for user %d: %s %s"
                .formatted(
                    acting.userId(),
                    request.getMethod(),
                    request.getUriInfo().getPath(false)), // encoded: it cannot end the line
            () -> true,
            begun -> "begun");
    return acting;
  }

  /** Whether the credential has ended since it was verified: the body may have taken a while. */
  private static boolean hasEnded(UserPrincipal principal) {
    return principal.isExpired(Beans.get(Clock.class).instant())
        || Beans.get(Revocations.class).cover(principal);
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
    UserBudgets budgets = Beans.get(UserBudgets.class);
    Duration wait =
        budgets.requests().take(principal.userId(), Math.min(cost, UserBudgets.MAX_REQUEST_COST));
    if (!wait.isZero()) {
      throw Problem.rateLimited("too many requests, slow down", wait);
    }
  }

  /** The caller, as JAX-RS wants it. */
  private record Caller(UserPrincipal principal) implements SecurityContext {

    @Override
    public Principal getUserPrincipal() {
      return principal;
    }

    @Override
    public boolean isUserInRole(String role) {
      return false; // resources call requireService() instead
    }

    @Override
    public boolean isSecure() {
      return false; // not known, and not used: TLS may end before this server
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

  /** The caller. To be called before the request is handed over to another thread. */
  static UserPrincipal principal(SecurityContext caller) {
    return (UserPrincipal) caller.getUserPrincipal();
  }

  /**
   * The caller, where it is a moderator.
   *
   * @throws Problem if it is not
   */
  static UserPrincipal requireModerator(SecurityContext caller) {
    UserPrincipal principal = principal(caller);
    if (!principal.moderator()) {
      throw Problem.forbidden("this takes the credential of a moderator");
    }
    return principal;
  }

  /**
   * Does nothing for the host application.
   *
   * @throws Problem if the caller is a user
   */
  static void requireService(SecurityContext caller) {
    if (!((UserPrincipal) caller.getUserPrincipal()).service()) {
      throw Problem.forbidden("this takes the credential of the host application");
    }
  }
}
