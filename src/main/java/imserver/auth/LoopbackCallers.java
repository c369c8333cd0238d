package imserver.auth;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who asks on this machine itself. A proxy on this machine passes on what others ask: where a
 * request says that it came by one, or names this server by another name than its own machine does,
 * it is not one of these. The name is also what keeps out a page that has its own name resolve to
 * this machine (DNS rebinding).
 */
public final class LoopbackCallers {

  /** Headers by which proxies say that they are some. */
  private static final String[] OF_PROXIES = {
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Real-IP",
    "Via"
  };

  private LoopbackCallers() {}

  /** Whether a request is of a caller on this machine. */
  public static boolean include(HttpServletRequest request) {
    return isLoopback(request.getRemoteAddr())
        && isLoopbackName(request.getServerName())
        && Stream.of(OF_PROXIES).allMatch(name -> request.getHeader(name) == null);
  }

  private static boolean isLoopbackName(@Nullable String name) {
    return "localhost".equalsIgnoreCase(name) || isLoopback(name);
  }

  private static boolean isLoopback(@Nullable String address) {
    if (address == null) {
      return false;
    }
    boolean isIpv6 = address.startsWith("[") && address.endsWith("]");
    InetAddress parsed =
        IpAddresses.parse(isIpv6 ? address.substring(1, address.length() - 1) : address);
    return parsed != null && parsed.isLoopbackAddress();
  }
}
