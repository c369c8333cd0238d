package imserver.endpoint;

import imserver.auth.CredentialVerifier;
import imserver.auth.InvalidCredentialException;
import imserver.auth.Origins;
import imserver.auth.RefusalLog;
import imserver.auth.RemoteAddresses;
import imserver.auth.Suspensions;
import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.container.TyrusUpgradeHandler;
import imserver.monitoring.Meters;
import imserver.monitoring.Meters.RefusedHandshake;
import imserver.session.SessionRegistry;
import imserver.session.UserBudgets;
import imserver.session.Workers;
import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the origin and the credential before the upgrade, and that the user is not suspended
 * from everything and has not connected too often: 403, 401, 403, 429 (503 while this server stops
 * and others do not), or the {@link ConnectingUser} as the request's user. A filter, since every
 * container honours its answer, where an exception in {@code modifyHandshake} becomes a 500.
 */
@WebFilter(
    urlPatterns = "/imserver/*",
    asyncSupported = true,
    dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class HandshakeFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private static final System.Logger LOG = System.getLogger(HandshakeFilter.class.getName());
  private static final int UPGRADE_REQUIRED = 426; // RFC 9110, section 15.5.22
  private static final int TOO_MANY_REQUESTS = 429; // RFC 6585, section 4
  private static final String EXTENSIONS = "Sec-WebSocket-Extensions"; // RFC 6455, section 9.1

  @Inject private transient CredentialVerifier verifier;
  @Inject private transient Origins origins;
  @Inject private transient RemoteAddresses addresses;
  @Inject private transient RefusalLog refusalLog;
  @Inject private transient Config config;
  @Inject private transient Workers workers;
  @Inject private transient UserBudgets budgets;
  @Inject private transient SessionRegistry registry;
  @Inject private transient Suspensions suspensions;

  /** For the container, which injects the rest. */
  public HandshakeFilter() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getDispatcherType() == DispatcherType.ASYNC) { // after its body
      refuse(
          RefusedHandshake.BODY,
          response,
          HttpServletResponse.SC_BAD_REQUEST,
          "A handshake has no body.");
      return;
    }
    if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
      response.setHeader("Upgrade", "websocket");
      refuse(
          RefusedHandshake.NO_UPGRADE,
          response,
          UPGRADE_REQUIRED,
          "This address speaks WebSocket.");
      return;
    }
    if (registry.isDraining()) { // a proxy may try the next server
      refuse(
          RefusedHandshake.STOPPING,
          response,
          HttpServletResponse.SC_SERVICE_UNAVAILABLE,
          "This server is stopping.");
      return;
    }
    String origin = request.getHeader("Origin");
    String host = request.getHeader("Host");
    if (origin != null && !origins.allow(origin, host)) {
      log(RefusalLog.Kind.ORIGIN, request, () -> origins.refusalReason(origin, host));
      refuse(
          RefusedHandshake.ORIGIN,
          response,
          HttpServletResponse.SC_FORBIDDEN,
          "This origin is not allowed.");
      return;
    }
    UserPrincipal user;
    try {
      user = verifier.verifyUser(Credentials.of(request));
    } catch (InvalidCredentialException e) {
      log(RefusalLog.Kind.CREDENTIAL, request, e::getMessage);
      response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
      refuse(
          RefusedHandshake.CREDENTIAL,
          response,
          HttpServletResponse.SC_UNAUTHORIZED,
          "The credential does not verify.");
      return;
    }
    if (suspensions.isShutOut(user)) {
      log(RefusalLog.Kind.SUSPENDED, request, () -> "user=" + user.getName() + " is suspended");
      refuse(
          RefusedHandshake.SUSPENDED,
          response,
          HttpServletResponse.SC_FORBIDDEN,
          "A moderator has suspended this user.");
      return;
    }
    Duration wait = budgets.connects().take(user.userId());
    if (!wait.isZero()) {
      log(
          RefusalLog.Kind.TOO_MANY,
          request,
          () -> "user=%s connects too often".formatted(user.getName()));
      long seconds = wait.plusSeconds(1).minusNanos(1).toSeconds(); // rounded up
      response.setHeader("Retry-After", Long.toString(seconds));
      refuse(
          RefusedHandshake.RATE,
          response,
          TOO_MANY_REQUESTS,
          "Too many connections in a short time, slow down.");
      return;
    }
    try {
      chain.doFilter(as(user, request), response);
    } catch (IOException e) { // Payara would log it as a fault of ours, with a stack trace
      LOG.log(Level.DEBUG, "a client left during its handshake: {0}", e.toString());
    }
  }

  private void log(RefusalLog.Kind kind, HttpServletRequest request, Supplier<String> why) {
    refusalLog.log(
        kind, () -> "refused a connection from %s: %s".formatted(addresses.of(request), why.get()));
  }

  /**
   * The request as the container gets it: of this user, and without the extensions that it offers.
   * None is negotiated ({@link HandshakeConfigurator}), and Tomcat's parser throws at some of what
   * a client can write there: 500, with a stack trace in the log.
   */
  private HttpServletRequest as(UserPrincipal user, HttpServletRequest request) {
    ConnectingUser connecting = new ConnectingUser(user, addresses.of(request));
    return new HttpServletRequestWrapper(request) {
      @Override
      public Principal getUserPrincipal() {
        return connecting;
      }

      @Override
      public @Nullable String getHeader(String name) {
        return EXTENSIONS.equalsIgnoreCase(name) ? null : super.getHeader(name);
      }

      @Override
      public Enumeration<String> getHeaders(String name) {
        return EXTENSIONS.equalsIgnoreCase(name)
            ? Collections.emptyEnumeration()
            : super.getHeaders(name);
      }

      @Override
      public Enumeration<String> getHeaderNames() {
        List<String> names = Collections.list(super.getHeaderNames());
        names.removeIf(EXTENSIONS::equalsIgnoreCase);
        return Collections.enumeration(names);
      }

      @Override
      public <T extends HttpUpgradeHandler> T upgrade(Class<T> engine)
          throws IOException, ServletException {
        return TyrusUpgradeHandler.upgrade(request, engine, config.limits().maxFrame(), workers);
      }
    };
  }

  /** {@code reason} is for the metrics, {@code why} for the client. */
  private static void refuse(
      RefusedHandshake reason, HttpServletResponse response, int status, String why)
      throws IOException {
    Meters.handshakeRefused(reason);
    byte[] body = (why + "\n").getBytes(StandardCharsets.UTF_8);
    // So that no thread waits for a client that asks and does not read.
    response.setHeader("Connection", "close");
    response.setStatus(status);
    response.setContentType("text/plain;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
