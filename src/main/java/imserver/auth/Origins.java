package imserver.auth;

import imserver.config.Config;
import imserver.config.Config.AuthMode;
import imserver.config.InvalidConfigException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The web origins (RFC 6454) whose pages may use this server, and in open mode the host names under
 * which it answers. That protects a user whose browser visits a foreign page. It does not protect
 * the server: a client that is no browser can send any origin.
 */
@ApplicationScoped
public class Origins {

  private static final String SETTING = "IMSERVER_ALLOWED_ORIGINS";
  private static final String ANY = "*";

  /** What browsers send for a page that has no origin, such as a file. */
  private static final String NONE = "null";

  private final boolean open;
  private final String setting;

  /** In the form of {@link WebOrigin}; {@value #ANY} and {@value #NONE} as they are. */
  private final List<String> allowed;

  /** For proxies. */
  protected Origins() {
    open = false;
    setting = "";
    allowed = List.of();
  }

  /**
   * By the settings.
   *
   * @throws InvalidConfigException if one of the origins cannot be one
   */
  @Inject
  public Origins(Config config) {
    String origins = config.auth().allowedOrigins();
    open = config.auth().mode() == AuthMode.OPEN;
    setting = origins == null ? "" : origins;
    allowed =
        Stream.of(setting.split(",", -1))
            .map(String::strip)
            .filter(origin -> !origin.isEmpty())
            .map(Origins::normal)
            .toList();
  }

  private static String normal(String origin) {
    if (origin.equals(ANY) || origin.equalsIgnoreCase(NONE)) {
      return origin.equals(ANY) ? ANY : NONE;
    }
    try {
      return WebOrigin.of(origin).toString();
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          "%s takes origins like https://school.example or http://127.0.0.1:3000; '%s' %s"
              .formatted(SETTING, origin, e.getMessage()));
    }
  }

  /**
   * Whether a page may use the server.
   *
   * @param origin the header {@code Origin}, null where there is none
   * @param host the header {@code Host}, by which the server's own origin is known
   */
  public boolean allow(@Nullable String origin, @Nullable String host) {
    if (origin == null || allowed.contains(ANY)) {
      return true;
    }
    if (origin.equals(NONE)) {
      return allowed.contains(NONE);
    }
    WebOrigin page = WebOrigin.orNull(origin);
    return page != null
        && (allowed.contains(page.toString()) || isOwn(page, host) || (open && page.isLoopback()));
  }

  private static boolean isOwn(WebOrigin page, @Nullable String host) {
    return host != null
        && !page.host().isEmpty()
        && page.equals(WebOrigin.orNull(page.scheme() + "://" + host));
  }

  /**
   * Why a page was not allowed, and the setting that allows it; for the log.
   *
   * @param origin the header {@code Origin}
   * @param host the header {@code Host}, null where there is none
   */
  public String refusalReason(String origin, @Nullable String host) {
    String seen =
        "its origin %s is neither this server's own (Host: %s) nor in %s"
            .formatted(LogText.of(origin), host == null ? "none" : LogText.of(host), SETTING);
    WebOrigin page = WebOrigin.orNull(origin);
    if (page == null && !origin.equals(NONE)) {
      return seen + ", nor can it be";
    }
    String needed = page == null ? NONE : page.toString();
    return "%s; if the page is yours: %s=%s%s, or if it is this server's own, have your proxy pass on"
            .formatted(seen, SETTING, setting.isBlank() ? "" : setting + ",", needed)
        + " Host as the browser sent it";
  }

  /**
   * Whether the server answers under this host name. In open mode, where no token protects it, a
   * page of any origin could reach the server under a name of its own (DNS rebinding): so only
   * names that always mean this machine are answered, and the hosts of the allowed origins.
   *
   * @param hosts the values of the header {@code Host}
   */
  public boolean allowHost(List<String> hosts) {
    if (!open || allowed.contains(ANY)) {
      return true;
    }
    WebOrigin name = hosts.size() == 1 ? WebOrigin.orNull("http://" + hosts.get(0)) : null;
    return name != null
        && (name.isLoopback()
            || allowed.stream()
                .map(WebOrigin::orNull)
                .filter(Objects::nonNull)
                .anyMatch(origin -> origin.host().equals(name.host())));
  }

  /** Why a host name was not answered, and the setting that allows it; for the log. */
  public String hostRefusalReason(List<String> hosts) {
    WebOrigin name = hosts.size() == 1 ? WebOrigin.orNull("http://" + hosts.get(0)) : null;
    String seen =
        "in open mode the server answers as localhost and under the hosts of %s, not as %s"
            .formatted(SETTING, hosts.isEmpty() ? "nobody" : LogText.of(String.join(",", hosts)));
    return name == null
        ? seen
        : "%s; if that is a name of yours: %s=%s%s"
            .formatted(seen, SETTING, setting.isBlank() ? "" : setting + ",", name);
  }
}
