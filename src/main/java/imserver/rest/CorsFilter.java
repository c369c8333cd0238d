package imserver.rest;

import imserver.auth.Origins;
import imserver.auth.RefusalLog;
import imserver.auth.RemoteAddresses;
import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Lets pages of the allowed {@link Origins} read answers, and answers what their browsers ask
 * beforehand (Fetch standard, section 3.2). Without credentials in the standard's sense: they would
 * be cookies.
 */
@WebFilter(
    urlPatterns = {"/api/*", "/message/*"},
    asyncSupported = true,
    dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC}) // in whatever order
public class CorsFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private static final String SECONDS_TO_KEEP = "600";

  /** The last ones are of resumable uploads (tus 1.0.0). */
  private static final String EXPOSED =
      "Retry-After, WWW-Authenticate, Location, Tus-Resumable, Upload-Offset, Upload-Length";

  private static final String ALLOWED =
      "Authorization, Content-Type, Tus-Resumable, Upload-Offset, Upload-Length, Upload-Metadata";

  @Inject private transient Origins origins;
  @Inject private transient RemoteAddresses addresses;
  @Inject private transient RefusalLog refusalLog;

  /** For the container, which injects the rest. */
  public CorsFilter() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String origin = request.getHeader("Origin");
    if (!response.getHeaders("Vary").contains("Origin")) {
      response.addHeader("Vary", "Origin");
    }
    String host = request.getHeader("Host");
    if (origin != null && origins.allow(origin, host)) {
      response.setHeader("Access-Control-Allow-Origin", origin);
      response.setHeader("Access-Control-Expose-Headers", EXPOSED);
    } else if (origin != null) {
      refusalLog.log(
          RefusalLog.Kind.ORIGIN,
          () ->
              "lets a page at %s read no answer: %s"
                  .formatted(addresses.of(request), origins.refusalReason(origin, host)));
    }
    if (isPreflight(request)) {
      response.setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
      response.setHeader("Access-Control-Allow-Headers", ALLOWED);
      response.setHeader("Access-Control-Max-Age", SECONDS_TO_KEEP);
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    } else {
      chain.doFilter(request, response);
    }
  }

  private static boolean isPreflight(HttpServletRequest request) {
    return request.getMethod().equals("OPTIONS")
        && request.getHeader("Access-Control-Request-Method") != null;
  }
}
