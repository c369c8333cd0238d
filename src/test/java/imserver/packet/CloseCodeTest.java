package imserver.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A close is counted")
class CloseCodeTest {

  @Test
  @DisplayName("by its code, unless a client has made that up")
  void counted() {
    assertThat(CloseCode.countedAs(1000, false)).isEqualTo("1000");
    assertThat(CloseCode.countedAs(1009, false)).isEqualTo("1009"); // by the container itself
    assertThat(CloseCode.countedAs(4508, true)).isEqualTo("4508");
    assertThat(CloseCode.countedAs(4508, false)).isEqualTo("other");
    assertThat(CloseCode.countedAs(4321, false)).isEqualTo("other");
  }

  @Test
  @DisplayName("as one of a few")
  void few() {
    assertThat(CloseCode.allCounted())
        .hasSize(CloseCode.values().length + 4)
        .doesNotHaveDuplicates()
        .contains("1000", "1006", "4508", "other");
  }
}
