package imserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Configs;
import imserver.config.InvalidConfigException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The address of a client")
class RemoteAddressesTest {

  private static final String CLIENT = "203.0.113.7";

  private static RemoteAddresses trusting(String proxies) {
    return new RemoteAddresses(Configs.with("IMSERVER_TRUSTED_PROXIES", proxies));
  }

  private final RemoteAddresses behindProxies = trusting("10.0.0.0/8, ::1 ,192.0.2.1, fd00::/8,");

  @Test
  @DisplayName("is that of the connection, where no proxy is trusted or this is none")
  void direct() {
    for (RemoteAddresses addresses : List.of(trusting(""), behindProxies)) {
      assertThat(addresses.of(CLIENT, List.of())).isEqualTo(CLIENT);
      assertThat(addresses.of(CLIENT, List.of("198.51.100.1"))).isEqualTo(CLIENT);
    }
    assertThat(trusting("").of("10.0.0.1", List.of(CLIENT))).isEqualTo("10.0.0.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "203.0.113.7",
        "203.0.113.7:4711",
        "  203.0.113.7  ",
        "198.51.100.1, 203.0.113.7",
        "198.51.100.1,203.0.113.7,10.9.8.7, 192.0.2.1",
        "garbage, 203.0.113.7, 10.1.1.1",
        "\"203.0.113.7\"",
        "::ffff:203.0.113.7",
        "[::ffff:203.0.113.7]:80",
      })
  @DisplayName("is the last one that is not a trusted proxy's:")
  void behind(String header) {
    assertThat(behindProxies.of("10.0.0.1", List.of(header))).isEqualTo(CLIENT);
    assertThat(behindProxies.of("0:0:0:0:0:0:0:1", List.of("6.6.6.6", header))).isEqualTo(CLIENT);
    assertThat(behindProxies.of("10.0.0.1", List.of(header, "10.0.0.2", "fd12::1")))
        .isEqualTo(CLIENT);
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, 203.0.113.7",
    "::ffff:203.0.113.7, 203.0.113.7",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
    "2001:db8:1:2:ffff::, 2001:db8:1:2:0:0:0:0/64",
    "2001:db8:1:3::1, 2001:db8:1:3:0:0:0:0/64"
  })
  @DisplayName("is in a network, by which clients are bounded:")
  void network(String address, String network) {
    assertThat(IpAddresses.network(IpAddresses.parse(address))).isEqualTo(network);
  }

  @Test
  @DisplayName("may be of either kind")
  void ipv6() {
    for (String header :
        List.of("2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:80", "\"[2001:db8::7]\"")) {
      assertThat(behindProxies.of("10.0.0.1", List.of(header))).isEqualTo("2001:db8:0:0:0:0:0:7");
    }
    assertThat(behindProxies.of("fe80::1%eth0", List.of())).isEqualTo("fe80:0:0:0:0:0:0:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unknown",
        "_hidden",
        "",
        ",",
        "localhost",
        "example.org",
        "203.0.113.7, example.org",
        "203.0.113.7.1",
        "203.0.113.256",
        "203.0.113",
        "3405803783",
        "0203.0.113.7",
        "dead:beef",
        "[203.0.113.7",
        "1:2:3:4:5:6:7:8:9",
        "::1%\n",
        "203.0.113.7:port",
      })
  @DisplayName("is that of the proxy which does not say, and no name is ever looked up:")
  void garbage(String last) {
    assertThat(behindProxies.of("10.0.0.1", List.of(last))).isEqualTo("10.0.0.1");
    assertThat(behindProxies.of("10.0.0.1", List.of(last, "10.0.0.2"))).isEqualTo("10.0.0.2");
  }

  @Test
  @DisplayName("is that of the first proxy where all are trusted, and unknown without any")
  void onlyProxies() {
    assertThat(behindProxies.of("10.0.0.1", List.of("10.0.0.3, 10.0.0.2"))).isEqualTo("10.0.0.3");
    assertThat(behindProxies.of(null, List.of(CLIENT))).isEqualTo("unknown");
    assertThat(behindProxies.of("", List.of(CLIENT))).isEqualTo("unknown");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy.example",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "10.0.0.0/",
        "10.0.0.0/8/8",
        "::1/129",
        "10.0.0",
        "10.0.0.1 10.0.0.2",
        "*",
      })
  @DisplayName("is not found where the trusted proxies are no addresses: the server does not start")
  void settings(String setting) {
    assertThatThrownBy(() -> trusting(setting))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("IMSERVER_TRUSTED_PROXIES")
        .hasMessageContaining(setting);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.1.2.3/8, 10.9.9.9, true",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.128/25, 192.0.2.129, true",
    "0.0.0.0/0, 1.2.3.4, true",
    "0.0.0.0/0, ::1, false",
    "::/0, 1.2.3.4, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "::ffff:192.0.2.1, 192.0.2.1, true",
  })
  @DisplayName("is in a range by its first bits:")
  void ranges(String range, String address, boolean within) throws Exception {
    assertThat(AddressRange.of(range).contains(InetAddress.getByName(address))).isEqualTo(within);
  }

  @Test
  @DisplayName("is bounded in what it costs")
  void manyHops() {
    String[] hops = new String[1000];
    Arrays.fill(hops, "10.0.0.1");
    assertThat(behindProxies.of("10.0.0.1", List.of(CLIENT, String.join(",", hops))))
        .isEqualTo(CLIENT);
  }
}
