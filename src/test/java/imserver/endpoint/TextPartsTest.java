package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.endpoint.TextParts.Added;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The parts of a text")
class TextPartsTest {

  private final TextParts parts = new TextParts(10);

  private static Added complete(String text) {
    return new Added.Complete(text);
  }

  @Test
  @DisplayName("make the text, one after the other, and nothing of the one before")
  void text() {
    assertThat(parts.add("whole", true)).isEqualTo(complete("whole"));
    assertThat(parts.add("a", false)).isInstanceOf(Added.Incomplete.class);
    assertThat(parts.add("", false)).isInstanceOf(Added.Incomplete.class);
    assertThat(parts.add("bc", false)).isInstanceOf(Added.Incomplete.class);
    assertThat(parts.add("", true)).isEqualTo(complete("abc"));
    assertThat(parts.add("next", true)).isEqualTo(complete("next"));
  }

  @Test
  @DisplayName("are bounded in bytes of UTF-8, whole or in parts, at the bound exactly")
  void bound() {
    assertThat(parts.add("三三三0", true)).isEqualTo(complete("三三三0"));
    assertThat(parts.add("三三三00", true)).isInstanceOf(Added.TooLong.class);
    assertThat(parts.add("三三", false)).isInstanceOf(Added.Incomplete.class);
    assertThat(parts.add("三0", true)).isEqualTo(complete("三三三0"));
    assertThat(parts.add("三三三", false)).isInstanceOf(Added.Incomplete.class);
    assertThat(parts.add("00", false)).isInstanceOf(Added.TooLong.class);
    assertThat(parts.add("\uD83D\uDE00\uD83D\uDE00", false)).isInstanceOf(Added.Incomplete.class);
    assertThat(parts.add("000", true)).isInstanceOf(Added.TooLong.class);
  }
}
