package imserver.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.RedisUrl.Host;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The address of a Redis")
class RedisUrlTest {

  private static RedisUrl url(String text) {
    return Configs.with("IMSERVER_REDIS_URL", text).server().redis();
  }

  @Test
  @DisplayName("is none unless it is set")
  void unset() {
    assertThat(url("")).isNull();
    assertThat(url(" ")).isNull();
  }

  @Test
  @DisplayName("has a host, and a port of its own or the usual one")
  void hosts() {
    assertThat(url("redis://redis"))
        .isEqualTo(new RedisUrl(false, null, null, null, List.of(new Host("redis", 6379))));
    assertThat(url("rediss://10.0.0.1:1234/0"))
        .isEqualTo(new RedisUrl(true, null, null, null, List.of(new Host("10.0.0.1", 1234))));
    assertThat(url("redis://[::1]:1,[fe80::2]").hosts())
        .containsExactly(new Host("::1", 1), new Host("fe80::2", 6379));
    assertThat(url("redis-sentinel://a,b:1#the-master"))
        .isEqualTo(
            new RedisUrl(
                false, "the-master", null, null, List.of(new Host("a", 26379), new Host("b", 1))));
  }

  @ParameterizedTest
  @CsvSource({
    "redis://u:p@h, u, p",
    "redis://:p@h, , p",
    "redis://p@h, , p",
    "redis://u:p%40%3A%2F%25@h, u, p@:/%",
    "redis://u:a+b@h, u, a+b",
    "redis://u:a:b@h, u, a:b",
    "redis-sentinel://u:p@h#m, u, p"
  })
  @DisplayName("has a user and a password, or a password alone:")
  void login(String text, String user, String password) {
    assertThat(url(text))
        .extracting(RedisUrl::user, RedisUrl::password)
        .containsExactly(user, password);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:6379",
        "http://h",
        "redis://",
        "redis://:hidden@",
        "redis://u:@h",
        "redis://:hidden%zz@h",
        "redis://:hid/den@h",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:x",
        "redis://a,,b",
        "redis://h?hidden",
        "redis://h#m",
        "redis-sentinel://h",
        "redis://:hidden@h name"
      })
  @DisplayName("is refused in one sentence, which does not have the password:")
  void refused(String text) {
    assertThatThrownBy(() -> url(text))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("IMSERVER_REDIS_URL ")
        .hasMessageNotContainingAny("hidden", "\n");
  }

  @Test
  @DisplayName("is shown without the login")
  void shown() {
    String shown = "rediss-sentinel://a:26379,[::1]:7#m";
    assertThat(url("rediss-sentinel://hidden:hidden@a,[::1]:7#m")).hasToString(shown);
    assertThat(Configs.with("IMSERVER_REDIS_URL", "redis://:hidden@h").toString())
        .doesNotContain("hidden");
  }
}
