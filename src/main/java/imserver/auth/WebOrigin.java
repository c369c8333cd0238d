package imserver.auth;

import java.net.IDN;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A web origin (RFC 6454), in the form in which browsers send it: lower case, international names
 * in Punycode, without the default port of the scheme.
 *
 * @param scheme such as {@code https}
 * @param host a name, an IPv4 address, or an IPv6 address in brackets; "" for {@code file} alone
 * @param port 0 for the default port of the scheme
 */
record WebOrigin(String scheme, String host, int port) {

  private static final Pattern PARTS =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\\\\]*)(.*)", Pattern.DOTALL);
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[^\\[\\]]*\\]|[^:\\[\\]]*)(?::(\\d{0,5}))?");
  private static final Pattern HOST = Pattern.compile("[a-z0-9._-]{1,253}");

  private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

  /**
   * Characters that IDNA 2003, which the JDK has, and UTS 46, which browsers use, treat
   * differently.
   */
  private static final Pattern DEVIATION = Pattern.compile("[\u00df\u1e9e\u03c2\u200c\u200d]");

  private static final int MAX_PORT = 65535;

  /**
   * The origin that {@code text} is; a slash at the end is ignored.
   *
   * @throws IllegalArgumentException if it cannot be one, with the reason as a part of a sentence
   */
  static WebOrigin of(String text) {
    refuseIf(text.indexOf('*') >= 0, "has a wildcard: name each origin, or * alone for all");
    refuseIf(
        text.codePoints().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c)),
        "has a space: separate origins by commas");
    Matcher parts = PARTS.matcher(text);
    refuseIf(!parts.matches(), "does not begin with a scheme: write https://…");
    String scheme = parts.group(1).toLowerCase(Locale.ROOT);
    refuseIf(
        scheme.equals("ws") || scheme.equals("wss"),
        "is the address of a socket: write http:// or https://, as the page has it");
    refuseIf(parts.group(2).indexOf('@') >= 0, "has a user name");
    refuseIf(
        !parts.group(3).isEmpty() && !parts.group(3).equals("/"),
        "has a path: an origin ends with its host or port");
    Matcher authority = AUTHORITY.matcher(parts.group(2));
    refuseIf(!authority.matches(), "has no host and port as addresses have");
    return new WebOrigin(
        scheme, host(authority.group(1), scheme), port(authority.group(2), scheme));
  }

  /** The same, null where it cannot be one. */
  static @Nullable WebOrigin orNull(String text) {
    try {
      return of(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String host(String text, String scheme) {
    if (text.startsWith("[")) {
      InetAddress address = IpAddresses.parse(text.substring(1, text.length() - 1));
      if (address == null || text.indexOf(':') < 0) {
        throw new IllegalArgumentException("has brackets without an IPv6 address");
      }
      return "[" + address.getHostAddress() + "]";
    }
    if (text.isEmpty() && scheme.equals("file")) {
      return text;
    }
    refuseIf(
        DEVIATION.matcher(text).find(),
        "has a letter on which browsers and this server disagree: write the name as xn--…");
    String host = ascii(text);
    refuseIf(!HOST.matcher(host).matches(), "has no host name as addresses have");
    return host;
  }

  private static String ascii(String name) {
    try {
      return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has no host name as addresses have", e);
    }
  }

  private static int port(@Nullable String digits, String scheme) {
    if (digits == null || digits.isEmpty()) {
      return 0;
    }
    int port = Integer.parseInt(digits);
    refuseIf(port < 1 || port > MAX_PORT, "has a port that is none");
    boolean own = scheme.equals("https") ? port == 443 : scheme.equals("http") && port == 80;
    return own ? 0 : port;
  }

  private static void refuseIf(boolean wrong, String reason) {
    if (wrong) {
      throw new IllegalArgumentException(reason);
    }
  }

  /** Whether the host is this machine on every machine. */
  boolean isLoopback() {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || LOOPBACK.matcher(host).matches()
        || host.equals("[0:0:0:0:0:0:0:1]");
  }

  /** As browsers send it. */
  @Override
  public String toString() {
    return scheme + "://" + host + (port == 0 ? "" : ":" + port);
  }
}
