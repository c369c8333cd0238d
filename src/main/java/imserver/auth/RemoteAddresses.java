package imserver.auth;

import imserver.config.Config;
import imserver.config.InvalidConfigException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of clients, for the log and for bounds. What a client itself writes into {@code
 * X-Forwarded-For} does not count: each proxy appends to that header the address from which it got
 * the request, so behind trusted proxies the client's address is the last one that is not of such a
 * proxy.
 */
@ApplicationScoped
public class RemoteAddresses {

  /** Where there is no address, as through a Unix socket. */
  private static final String UNKNOWN = "unknown";

  /** {@code [::1]:80}, {@code 10.0.0.1:80}, also in quotes, as in RFC 7239. */
  private static final Pattern WITH_PORT =
      Pattern.compile("\"?(?:\\[([^\\[\\]]*)\\]|([^:\"\\[\\]]*))(?::\\d{1,5})?\"?");

  private final List<AddressRange> trusted;

  /** For proxies. */
  protected RemoteAddresses() {
    trusted = List.of();
  }

  /**
   * By the settings.
   *
   * @throws InvalidConfigException if the trusted proxies are not addresses
   */
  @Inject
  public RemoteAddresses(Config config) {
    String proxies = config.server().trustedProxies();
    trusted =
        Stream.of((proxies == null ? "" : proxies).split(",", -1))
            .map(String::strip)
            .filter(range -> !range.isEmpty())
            .map(RemoteAddresses::range)
            .toList();
  }

  private static AddressRange range(String text) {
    try {
      return AddressRange.of(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          "IMSERVER_TRUSTED_PROXIES must be IP addresses, or ranges like 10.0.0.0/8, with commas"
              + " between them, not '%s'".formatted(text));
    }
  }

  /** The address of the client, in digits; that of the last proxy where it gives no address. */
  public String of(HttpServletRequest request) {
    return of(request.getRemoteAddr(), Collections.list(request.getHeaders("X-Forwarded-For")));
  }

  /** The same, or the network of it, by which clients are bounded. */
  public String networkOf(HttpServletRequest request) {
    InetAddress address = IpAddresses.parse(of(request));
    return address == null ? UNKNOWN : IpAddresses.network(address);
  }

  /**
   * The same.
   *
   * @param peer the other end of the connection, null if unknown
   * @param forwardedFor the values of the header, in their order
   */
  String of(@Nullable String peer, List<String> forwardedFor) {
    InetAddress client = peer == null ? null : IpAddresses.parse(peer);
    if (client == null) {
      return UNKNOWN;
    }
    List<String> hops = new ArrayList<>();
    forwardedFor.forEach(header -> hops.addAll(Arrays.asList(header.split(",", -1))));
    for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
      InetAddress hop = address(hops.get(i).strip());
      if (hop == null) {
        break; // the proxy did not say
      }
      client = hop;
    }
    return client.getHostAddress();
  }

  private static @Nullable InetAddress address(String hop) {
    InetAddress bare = IpAddresses.parse(hop);
    if (bare != null) {
      return bare;
    }
    Matcher parts = WITH_PORT.matcher(hop);
    if (!parts.matches()) {
      return null;
    }
    return IpAddresses.parse(parts.group(1) == null ? parts.group(2) : parts.group(1));
  }

  private boolean isTrusted(InetAddress address) {
    return trusted.stream().anyMatch(range -> range.contains(address));
  }
}
