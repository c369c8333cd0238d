package imserver.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A text")
class StorableTextTest {

  @ParameterizedTest(name = "[{index}]")
  @ValueSource(strings = {"", "a", "你好", "😀", "a😀b😀", "\u0001\uFFFF\uFFFE", "\n\t"})
  @DisplayName("is storable where it is whole")
  void storable(String text) {
    assertThat(StorableText.isStorable(text)).isTrue();
  }

  @ParameterizedTest(name = "[{index}]")
  @ValueSource(
      strings = {
        "\u0000",
        "a\u0000",
        "\uD83D",
        "a\uD83D",
        "\uD83Da",
        "\uDE00",
        "a\uDE00",
        "\uDE00\uD83D",
        "\uD83D\uD83D\uDE00",
        "\uD83D\uDE00\uDE00"
      })
  @DisplayName("is not where it holds U+0000 or half of a surrogate pair")
  void notStorable(String text) {
    assertThat(StorableText.isStorable(text)).isFalse();
  }
}
