package imserver.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a Redis or Valkey is: {@code redis://user:password@host:port,host:port}, with {@code
 * rediss} for TLS, and {@code redis-sentinel://host:port,host:port#name} for the master of that
 * name. User and password may be percent-encoded. The number of a database ({@code /0}) is taken
 * and means nothing, since channels belong to none.
 *
 * @param tls whether connections are encrypted, and the server's certificate verified
 * @param master the name under which sentinels know the master; null where the hosts are no
 *     sentinels
 * @param user null for the default user
 * @param password null for none
 * @param hosts at least one
 */
public record RedisUrl(
    boolean tls,
    @Nullable String master,
    @Nullable String user,
    @Nullable String password,
    List<Host> hosts) {

  private static final String FORM =
      "redis://HOST:PORT, rediss://… for TLS, or redis-sentinel://HOST:PORT,HOST:PORT#MASTER";

  private static final Pattern URL =
      Pattern.compile(
          "redis(?<tls>s?)(?<sentinel>-sentinel)?://"
              + "((?<login>[^/#?]*)@)?(?<hosts>[^/#?@]+)(/\\d*)?(#(?<master>[^#?/]+))?");

  private static final Pattern HOST =
      Pattern.compile("(?<name>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:(?<port>\\d{1,5}))?");

  private static final int PORT = 6379;
  private static final int SENTINEL_PORT = 26379;

  /**
   * One address.
   *
   * @param name of the host, or its address; one of IPv6 without brackets
   * @param port from 1 to 65535
   */
  public record Host(String name, int port) {

    @Override
    public String toString() {
      return (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
    }
  }

  /**
   * Reads an address.
   *
   * @param key the setting, for the error
   * @throws InvalidConfigException if it is none; without the text, which may hold a password
   */
  static RedisUrl of(String key, String text) {
    Matcher url = URL.matcher(text);
    if (!url.matches()) {
      throw new InvalidConfigException(key + " must have the form " + FORM);
    }
    boolean sentinel = url.group("sentinel") != null;
    String master = url.group("master");
    if (sentinel != (master != null)) {
      throw new InvalidConfigException(
          "%s must end with #MASTER, the name that the sentinels have for it, with redis-sentinel:// and only there"
              .formatted(key));
    }
    List<Host> hosts = new ArrayList<>();
    for (String host : url.group("hosts").split(",", -1)) {
      hosts.add(host(key, host.strip(), sentinel ? SENTINEL_PORT : PORT));
    }
    Login login = login(key, url.group("login"));
    return new RedisUrl(
        !url.group("tls").isEmpty(), master, login.user(), login.password(), List.copyOf(hosts));
  }

  private static Host host(String key, String text, int fallback) {
    Matcher host = HOST.matcher(text);
    int port = 0;
    if (host.matches()) {
      port = host.group("port") == null ? fallback : Integer.parseInt(host.group("port"));
    }
    if (port < 1 || port > 65_535) {
      throw new InvalidConfigException(
          "%s has a host that is not HOST:PORT; it must have the form %s".formatted(key, FORM));
    }
    return new Host(host.group("name").replaceAll("[\\[\\]]", ""), port);
  }

  private record Login(@Nullable String user, @Nullable String password) {}

  private static Login login(String key, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return new Login(null, null);
    }
    int colon = text.indexOf(':');
    String user = colon < 0 ? "" : decoded(key, text.substring(0, colon));
    String password = decoded(key, text.substring(colon + 1));
    if (password.isEmpty()) {
      throw new InvalidConfigException(key + " has a user and no password: USER:PASSWORD@HOST");
    }
    return new Login(user.isEmpty() ? null : user, password);
  }

  private static String decoded(String key, String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          key + " has a % in its user or password that must be written as %25");
    }
  }

  /** Leaves out the password. */
  @Override
  public String toString() {
    String scheme = (tls ? "rediss" : "redis") + (master == null ? "" : "-sentinel");
    return scheme
        + "://"
        + String.join(",", hosts.stream().map(Host::toString).toList())
        + (master == null ? "" : "#" + master);
  }
}
