package imserver.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An address that users are shown")
class WebAddressTest {

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "https://school.example/a.png",
        "HTTP://school.example",
        "http://[::1]:8080/a?b=c:d#e",
        "https://school.example/我的 头像.png",
        " https://school.example/a.png",
        "/course/7",
        "/course/7?next=https://x.example#a:b",
        "course/7",
        "a.png",
        "?id=7",
        "#top",
        "./a:b",
        ""
      })
  @DisplayName("is one of the web, or relative:")
  void good(String address) {
    assertThat(WebAddress.isOfImage(address)).isTrue();
    assertThat(WebAddress.isOfLink(address)).isTrue();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "javascript:alert(1)",
        "JAVASCRIPT://school.example/%0aalert(1)",
        " javascript:alert(1)",
        "\u0001javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "\u00a0javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://school.example/1",
        "ftp://school.example/",
        "mailto:a@school.example",
        "weixin://x",
        "http:school.example",
        "http:/school.example",
        "http:///school.example",
        "https://",
        "https://@school.example",
        "https:\\\\school.example",
        "https://school.example\\@evil.example/",
        "\\\\evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "///evil.example",
        "//",
        ":",
        "a:b",
        "https://school.example/\u0085"
      })
  @DisplayName("has no other scheme, and nothing that browsers read as something else:")
  void bad(String address) {
    assertThat(WebAddress.isOfImage(address)).isFalse();
    assertThat(WebAddress.isOfLink(address)).isFalse();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"//cdn.example/a.png", " //cdn.example/a.png"})
  @DisplayName("may leave the scheme out before a host where it is an image's, and not a link's:")
  void withoutScheme(String address) {
    assertThat(WebAddress.isOfImage(address)).isTrue();
    assertThat(WebAddress.isOfLink(address)).isFalse();
  }
}
