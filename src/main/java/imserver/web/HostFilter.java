package imserver.web;

import imserver.auth.Origins;
import imserver.auth.RefusalLog;
import imserver.auth.RemoteAddresses;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;

/**
 * In open mode, refuses requests under host names that are not known to be this server's: 421 (RFC
 * 9110, section 15.5.20).
 */
public class HostFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private static final int MISDIRECTED_REQUEST = 421;
  private static final String WHY =
      "In open mode this server answers as localhost only, and under the hosts of"
          + " IMSERVER_ALLOWED_ORIGINS.\n";

  @Inject private transient Origins origins;
  @Inject private transient RemoteAddresses addresses;
  @Inject private transient RefusalLog refusalLog;

  /** For the container, which injects the rest. */
  public HostFilter() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    List<String> hosts = Collections.list(request.getHeaders("Host"));
    if (origins.allowHost(hosts)) {
      chain.doFilter(request, response);
      return;
    }
    refusalLog.log(
        RefusalLog.Kind.HOST,
        () ->
            "refused a request from %s: %s"
                .formatted(addresses.of(request), origins.hostRefusalReason(hosts)));
    byte[] body = WHY.getBytes(StandardCharsets.UTF_8);
    // So that no thread waits for a client that asks and does not read.
    response.setHeader("Connection", "close");
    response.setStatus(MISDIRECTED_REQUEST);
    response.setContentType("text/plain;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
