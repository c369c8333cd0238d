package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The size of a text in UTF-8")
class Utf8Test {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "\u007f\u0080\u07ff\u0800\uffff",
        "\ud83d\ude00 \u4f60\u597d, caf\u00e9"
      })
  @DisplayName("is what the JDK makes of it:")
  void length(String text) {
    assertThat(Utf8.length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "é", "你", "😀"})
  @DisplayName("is compared with a limit in bytes, whatever the letters:")
  void limit(String letter) {
    int limit = 1200;
    String text = letter.repeat(limit / letter.getBytes(StandardCharsets.UTF_8).length);
    assertThat(Utf8.isLonger(text, limit)).isFalse();
    assertThat(Utf8.isLonger(text + "a", limit)).isTrue();
  }
}
