package imserver.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The word filter")
class WordFilterTest {

  private final WordFilter filter = new WordFilter();

  @BeforeEach
  void words() {
    filter.use(
        Map.of(
            WordAction.REFUSE, List.of("法輪", "Fuck", "加qq群", "shit"),
            WordAction.MASK, List.of("傻帽", "傻帽儿", "ass"),
            WordAction.REPORT, List.of("自杀")));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "法輪",
        "说法轮的",
        "法 轮",
        "法…★😀轮",
        "法\u200b轮",
        "法\u3164轮",
        "法\u115f\uffa0轮",
        "法\n轮",
        "FUCK",
        "ｆｕｃｋ you",
        "f.u.c.k",
        "f u c k",
        "f\u0336u\u0336c\u0336k",
        "𝒇𝒖𝒄𝒌",
        "ⓕⓤⓒⓚ",
        "你fuck我",
        "加ＱＱ群",
        "加 Q-Q 群"
      })
  @DisplayName("finds a word however it is written:")
  void disguises(String text) {
    assertThat(filter.check(text).refusal()).isNotNull();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"法国", "轮法", "fucking", "this hit", "is hit", "class", "pass 1", "", "😀"})
  @DisplayName("leaves alone what is another word:")
  void others(String text) {
    assertThat(filter.check(text)).isEqualTo(Verdict.of(text));
  }

  @Test
  @DisplayName("masks each character of a word, with what is within it, and nothing beside it")
  void masks() {
    assertThat(filter.check("你个傻-帽，😀").content()).isEqualTo("你个***，😀");
    assertThat(filter.check("傻😀帽!傻帽儿").content()).isEqualTo("***!***");
    assertThat(filter.check("my A.S.S hurts, class").content()).isEqualTo("my ***** hurts, class");
  }

  @Test
  @DisplayName("reports a text as it is, and refuses before it masks or reports")
  void actions() {
    assertThat(filter.check("想自 殺")).isEqualTo(new Verdict("想自 殺", null, true, false));
    assertThat(filter.check("傻帽自杀")).isEqualTo(new Verdict("**自杀", null, true, false));
    assertThat(filter.check("傻帽fuck自杀").refusal()).isNotNull();
  }

  @Test
  @DisplayName("uses other words from the moment on when they are replaced")
  void replaced() {
    filter.use(Map.of(WordAction.REFUSE, List.of("新", "★")));
    assertThat(filter.check("法轮").refusal()).isNull();
    assertThat(filter.check("新").refusal()).isNotNull();
    assertThat(filter.check("★").refusal()).isNull();
    filter.use(Map.of());
    assertThat(filter.hasMasked()).isTrue();
    assertThat(filter.check("新")).isEqualTo(Verdict.of("新"));
  }

  @Test
  @DisplayName("knows whether it has ever had words to be masked")
  void hasMasked() {
    assertThat(new WordFilter().hasMasked()).isFalse();
    filter.use(Map.of());
    assertThat(filter.hasMasked()).isTrue();
  }

  @Test
  @DisplayName("finds a word that begins within another")
  void overlapping() {
    filter.use(
        Map.of(WordAction.REFUSE, List.of("甲乙丙丁", "乙丙戊"), WordAction.MASK, List.of("己庚", "庚辛")));
    assertThat(filter.check("甲乙丙戊").refusal()).isNotNull();
    assertThat(filter.check("己庚辛壬").content()).isEqualTo("***壬");
  }

  @Test
  @DisplayName("takes a time that does not grow with what repeats")
  void repeated() {
    filter.use(
        Map.of(WordAction.MASK, IntStream.rangeClosed(1, 64).mapToObj("哈"::repeat).toList()));
    assertThat(filter.check("哈".repeat(4000)).content()).isEqualTo("*".repeat(4000));
  }

  @Test
  @DisplayName("takes texts for the same that differ in what is masked, and no others")
  void sameButForMasks() {
    assertThat(WordFilter.differByMasksOnly("a**d", "abcd")).isTrue();
    assertThat(WordFilter.differByMasksOnly("abcd", "ab*d")).isTrue();
    assertThat(WordFilter.differByMasksOnly("😀*", "😀😀")).isTrue();
    assertThat(WordFilter.differByMasksOnly("a**d", "abce")).isFalse();
    assertThat(WordFilter.differByMasksOnly("a*", "abc")).isFalse();
  }
}
