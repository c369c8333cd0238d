package imserver.auth;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A page may use the server")
class OriginsTest {

  private final Origins byDefault = new Origins(Configs.with());
  private final Origins open = new Origins(Configs.with("IMSERVER_AUTH_MODE", "open"));
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
