package imserver.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A text is blank")
class BlankTextTest {

  private static final IntPredicate WHITE_SPACE =
      character ->
          Pattern.matches("\\p{IsWhite_Space}|[\\x1c-\\x1f]", Character.toString(character));

  private static IntStream characters() {
    return IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE);
  }

  private static boolean isBlank(int character) {
    return BlankText.isBlank(Character.toString(character));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\t\r\n",
        "\u0085",
        "\u00a0",
        "\u200b",
        "\u2800\u2800",
        "\ufeff",
        "\u3000 \u202f",
        "\u3164",
        "\u200d\ufe0f",
        "\u061c\u202e",
        "\udb40\udc41\udb40\udd00", // a tag, a variation selector
      })
  @DisplayName("where it shows nothing")
  void blank(String text) {
    assertThat(BlankText.isBlank(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a", " a ", "\u200b.", "\u2801", "\u0301", "👋", "\u0007", "\ufffc", "\ue000", "中"
      })
  @DisplayName("and not where it shows something")
  void text(String text) {
    assertThat(BlankText.isBlank(text)).isFalse();
  }

  /**
   * The number is that of the property in {@code DerivedCoreProperties.txt} of Unicode 14.0 to
   * 17.0.
   */
  @Test
  @DisplayName("by 4174 characters that are Default_Ignorable_Code_Point")
  void defaultIgnorable() {
    assertThat(characters().filter(BlankText::isDefaultIgnorable).count()).isEqualTo(4174);
  }

  /**
   * The rule in {@code DerivedCoreProperties.txt}: the format characters without those that show
   * something (interlinear annotations, Egyptian hieroglyph formats, prepended concatenation
   * marks), the variation selectors, and a list of others.
   */
  @Test
  @DisplayName("by every format character but those that Unicode leaves out")
  void format() {
    Pattern shown =
        Pattern.compile(
            "[\\ufff9-\\ufffb\\x{13430}-\\x{1343f}\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\x{110bd}\\x{110cd}]");
    assertThat(characters().filter(c -> Character.getType(c) == Character.FORMAT))
        .isNotEmpty()
        .allSatisfy(
            c ->
                assertThat(isBlank(c))
                    .as("U+%04X", c)
                    .isNotEqualTo(shown.matcher(Character.toString(c)).matches()));
  }

  @Test
  @DisplayName("by every white space that Unicode and Java know, and no further character")
  void whiteSpace() {
    assertThat(
            characters()
                .filter(
                    c ->
                        isBlank(c)
                            != (c == 0x2800
                                || BlankText.isDefaultIgnorable(c)
                                || WHITE_SPACE.test(c))))
        .isEmpty();
  }
}
