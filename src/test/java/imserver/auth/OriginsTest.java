package imserver.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Configs;
import imserver.config.InvalidConfigException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A page may use the server")
class OriginsTest {

  private final Origins byDefault = new Origins(Configs.with());
  private final Origins open = new Origins(Configs.with("IMSERVER_AUTH_MODE", "open"));
  private final Origins openWithOrigins =
      new Origins(
          Configs.with(
              "IMSERVER_AUTH_MODE",
              "open",
              "IMSERVER_ALLOWED_ORIGINS",
              "https://a.example,http://b.example:81"));
  private final Origins configured =
      new Origins(
          Configs.with("IMSERVER_ALLOWED_ORIGINS", " https://a.example ,HTTP://B.example:81, "));

  @ParameterizedTest
  @CsvSource({
    "https://im.example, im.example",
    "https://im.example, im.example:443",
    "https://im.example:443, im.example",
    "http://im.example, im.example:80",
    "http://im.example:8080, IM.example:8080",
    "http://[::1]:8080, [::1]:8080",
    "http://[::1], [::1]:80",
  })
  @DisplayName("where it is of the server itself:")
  void own(String origin, String host) {
    assertThat(byDefault.allow(origin, host)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "https://im.example, other.example",
    "https://im.example, im.example:80",
    "http://im.example, im.example:8080",
    "https://im.example.evil, im.example",
    "https://evil.example/im.example, im.example",
    "https://im.example@evil.example, im.example",
    "https://evil@im.example, im.example",
    "http://localhost:3000, localhost:8080",
    "null, null",
    "'', ''",
    "im.example, im.example",
    "https://, ''",
  })
  @DisplayName("and not where it is not:")
  void foreign(String origin, String host) {
    assertThat(byDefault.allow(origin, host)).isFalse();
    assertThat(byDefault.allow(origin, null)).isFalse();
  }

  @Test
  @DisplayName("where its origin is configured")
  void configured() {
    assertThat(configured.allow("https://a.example", "im.example")).isTrue();
    assertThat(configured.allow("http://b.example:81", "im.example")).isTrue();
    assertThat(configured.allow("https://im.example", "im.example")).isTrue();
    assertThat(configured.allow("http://a.example", "im.example")).isFalse();
    assertThat(configured.allow("", "im.example")).isFalse();
    Origins any = new Origins(Configs.with("IMSERVER_ALLOWED_ORIGINS", "*"));
    assertThat(any.allow("null", "im.example")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "https://school.example/, https://school.example",
    "https://school.example:443, https://school.example",
    "http://school.example:80/, http://school.example",
    "HTTPS://School.Example, https://school.example",
    "https://school.example:, https://school.example",
    "https://学校.example, https://xn--48s290a.example",
    "https://Bücher.example, https://xn--bcher-kva.example",
    "https://school。example, https://school.example",
    "https://xn--BCHER-KVA.example, https://xn--bcher-kva.example",
    "http://[::1]:3000, http://[::1]:3000",
    "http://[0:0::1]:3000, http://[::1]:3000",
    "http://my_host:8080, http://my_host:8080",
    "https://school.example:8443, https://school.example:8443",
    "capacitor://localhost, capacitor://localhost",
    "file://, file://",
    "null, null",
  })
  @DisplayName("where its origin is configured in other words:")
  void normalised(String setting, String origin) {
    assertThat(new Origins(Configs.with("IMSERVER_ALLOWED_ORIGINS", setting)).allow(origin, "x"))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "school.example",
        "school.example:443",
        "https//school.example",
        "https:school.example",
        "https://",
        "https://school.example/chat",
        "https://school.example/?a",
        "https://school.example#",
        "https://school.example\\",
        "https://user@school.example",
        "https://user:pw@school.example",
        "https://*.school.example",
        "**",
        "https://school .example",
        "https://a.example https://b.example",
        "https://a.example;https://b.example",
        "wss://school.example",
        "https://school.example:0",
        "https://school.example:65536",
        "https://school.example:x",
        "https://[school]",
        "https://[1.2.3.4]",
        "https://::1",
        "https://stra\u00dfe.example",
        "https://a.example, https://b.example/x",
      })
  @DisplayName("and the server does not start where a setting cannot be an origin:")
  void impossible(String setting) {
    assertThatThrownBy(() -> new Origins(Configs.with("IMSERVER_ALLOWED_ORIGINS", setting)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("IMSERVER_ALLOWED_ORIGINS takes origins like ");
  }

  @Test
  @DisplayName("and what is not allowed comes with the setting that would allow it")
  void refusalReasons() {
    assertThat(byDefault.refusalReason("https://APP.example:443", "127.0.0.1:8080"))
        .contains("Host: 127.0.0.1:8080")
        .contains("IMSERVER_ALLOWED_ORIGINS=https://app.example,");
    assertThat(configured.refusalReason("https://app.example", null))
        .contains(
            "IMSERVER_ALLOWED_ORIGINS=https://a.example ,HTTP://B.example:81,,https://app.example,");
    assertThat(byDefault.refusalReason("null", "x")).contains("IMSERVER_ALLOWED_ORIGINS=null,");
    String hostile = "https://x\n\u001b[31m 2026 SEVERE \u202e" + "x".repeat(10_000);
    assertThat(byDefault.refusalReason(hostile, hostile))
        .matches("[ -~]{1,700}")
        .contains("nor can it be");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:8080",
        "LOCALHOST:1",
        "im.localhost:8080",
        "127.0.0.1",
        "127.1.2.3:80",
        "[::1]",
        "[::1]:8080",
        "a.example",
        "a.example:8080",
        "b.example:81",
      })
  @DisplayName("In open mode the server answers as this machine, and under configured hosts:")
  void hosts(String host) {
    assertThat(openWithOrigins.allowHost(List.of(host))).isTrue();
    assertThat(byDefault.allowHost(List.of("any.example"))).as("in jwt mode").isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80@localhost",
        "localhost, evil.example",
        "10.0.0.1",
        "0.0.0.0:8080",
        "[::2]",
        "[::ffff:10.0.0.1]",
        "c.a.example",
        "",
        " ",
      })
  @DisplayName("and under no other name:")
  void otherHosts(String host) {
    assertThat(openWithOrigins.allowHost(List.of(host))).isFalse();
    assertThat(openWithOrigins.allowHost(List.of())).isFalse();
    assertThat(openWithOrigins.allowHost(List.of("localhost", "localhost"))).isFalse();
    assertThat(openWithOrigins.hostRefusalReason(List.of(host)))
        .contains("IMSERVER_ALLOWED_ORIGINS");
    Origins any =
        new Origins(Configs.with("IMSERVER_AUTH_MODE", "open", "IMSERVER_ALLOWED_ORIGINS", "*"));
    assertThat(any.allowHost(List.of(host))).isTrue();
  }

  @Test
  @DisplayName("in open mode from this machine, under any name that always means it")
  void loopback() {
    for (String origin :
        new String[] {
          "http://localhost:3000", "http://app.localhost", "http://127.0.0.2:1", "https://[::1]:5"
        }) {
      assertThat(open.allow(origin, "127.0.0.1:8080")).as(origin).isTrue();
      assertThat(byDefault.allow(origin, "127.0.0.1:8080")).as(origin).isFalse();
    }
    for (String origin :
        new String[] {
          "http://127.0.0.1.evil.example",
          "http://localhost.evil.example",
          "http://10.0.0.1",
          "null"
        }) {
      assertThat(open.allow(origin, "127.0.0.1:8080")).as(origin).isFalse();
    }
  }

  @Test
  @DisplayName("where there is no page at all")
  void noBrowser() {
    assertThat(byDefault.allow(null, "im.example")).isTrue();
  }
}
