package imserver.auth;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
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

  /** Of an IPv6 address: what one subscriber is given at least. */
  private static final int NETWORK_BYTES = 8;

  /**
   * What counts as one where clients are bounded by their addresses: an IPv4 address, or the
   * network of 64 bits of an IPv6 address, within which a client has as many as he likes.
   */
  static String network(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length <= Integer.BYTES) {
      return address.getHostAddress();
    }
    Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes).getHostAddress() + "/64";
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of another length", e);
    }
  }

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
