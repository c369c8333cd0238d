package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A sealed frame")
class FrameSealTest {

  private final FrameSeal seal = new FrameSeal("a secret");

  @Test
  @DisplayName("is opened by those who know the secret, and is not readable")
  void opened() {
    String frame = "{\"v\":1} 私信 👋";
    String sealed = seal.seal(frame);
    assertThat(sealed).isNotEqualTo(seal.seal(frame));
    assertThat(new FrameSeal("a secret").open(sealed)).isEqualTo(frame);
  }

  @Test
  @DisplayName("is as long as it may be where the text has the capacity")
  void length() {
    String text = "x".repeat(FrameSeal.capacity(7900));
    assertThat(seal.seal(text).getBytes(StandardCharsets.UTF_8)).hasSize(7900);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "AAAA", "{\"v\":1,\"n\":1,\"b\":1}"})
  @DisplayName("is nothing else")
  void nothingElse(String text) {
    assertThatThrownBy(() -> seal.open(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("is not of another secret, nor changed")
  void forged() {
    String sealed = seal.seal("a frame");
    assertThatThrownBy(() -> new FrameSeal("another").open(sealed))
        .isInstanceOf(IllegalArgumentException.class);
    String changed = (sealed.charAt(20) == 'A' ? 'B' : 'A') + "";
    assertThatThrownBy(() -> seal.open(sealed.substring(0, 20) + changed + sealed.substring(21)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
