package imserver.auth;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses IP addresses, without ever looking up a name. */
final class IpAddresses {

  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}");

  /** The characters of an IPv6 address; a zone, as of a link-local address, may follow. */
  private static final Pattern IPV6 =
      Pattern.compile("(?=[^%]*:)([0-9A-Fa-f:.]{2,45})(?:%[\\w.-]{1,32})?");

  private IpAddresses() {}

  /**
   * The address that {@code text} is, without its zone; null where it is none. For an IPv6 address
   * that maps an IPv4 address, the latter.
   */
  static @Nullable InetAddress parse(String text) {
    var ipv6 = IPV6.matcher(text);
    try {
      if (ipv6.matches()) {
        return InetAddress.getByName("[" + ipv6.group(1) + "]"); // in brackets nothing is looked up
      }
      return IPV4.matcher(text).matches() ? InetAddress.getByName(text) : null;
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
