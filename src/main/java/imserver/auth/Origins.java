package imserver.auth;

import imserver.config.Config;
import imserver.config.Config.AuthMode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pages of which web origins (RFC 6454) may use this server. That guards a user whose browser
 * visits a foreign page, not the server: who is no browser sends no origin, or any.
 */
@ApplicationScoped
public class Origins {

  private static final String ANY = "*";

  private final boolean loopback;
  private final List<String> allowed;

  /** For proxies. */
  protected Origins() {
    loopback = false;
    allowed = List.of();
  }

  /** By the settings. */
  @Inject
  public Origins(Config config) {
    String origins = config.auth().allowedOrigins();
    loopback = config.auth().mode() == AuthMode.OPEN;
    allowed =
        Stream.of((origins == null ? "" : origins).split(",", -1))
            .map(origin -> origin.strip().toLowerCase(Locale.ROOT))
            .filter(origin -> !origin.isEmpty())
            .toList();
  }

  /**
   * Whether a page may use the server.
   *
   * @param origin the header {@code Origin}, null where there is none
   * @param host the header {@code Host}, by which the server's own origin is known
   */
  public boolean allow(@Nullable String origin, @Nullable String host) {
    return origin == null
        || allowed.contains(ANY)
        || allowed.contains(origin.toLowerCase(Locale.ROOT))
        || isOwnOrLoopback(origin, host);
  }

  private boolean isOwnOrLoopback(String origin, @Nullable String host) {
    URI page;
    try {
      page = URI.create(origin);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (page.getHost() == null || page.getUserInfo() != null) {
      return false; // "null", or of something that is no web page
    }
    int defaultPort = "https".equalsIgnoreCase(page.getScheme()) ? 443 : 80;
    boolean own =
        host != null
            && withPort(page.getAuthority(), defaultPort)
                .equalsIgnoreCase(withPort(host, defaultPort));
    return own || (loopback && isLoopback(page.getHost()));
  }

  private static String withPort(String authority, int defaultPort) {
    boolean hasPort = authority.indexOf(':', authority.lastIndexOf(']') + 1) >= 0;
    return hasPort ? authority : authority + ":" + defaultPort;
  }

  static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.toLowerCase(Locale.ROOT).endsWith(".localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("[::1]");
  }
}
