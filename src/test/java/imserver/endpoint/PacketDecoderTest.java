package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.packet.FailureCode;
import imserver.packet.MalformedRequest;
import imserver.packet.SendMessage;
import jakarta.websocket.DecodeException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The decoder")
class PacketDecoderTest {

  private static final int LIMIT = 1200;
  private static final String PACKET = "{\"type\":0,\"toId\":7,\"content\":\"\"}";

  private final PacketDecoder decoder = new PacketDecoder(LIMIT);

  private static String packet(String letter, int bytes, int bytesOfLetter) {
    int letters = (bytes - PACKET.length()) / bytesOfLetter;
    int rest = bytes - PACKET.length() - letters * bytesOfLetter;
    return PACKET.replace("\"\"", "\"" + letter.repeat(letters) + "a".repeat(rest) + "\"");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"a", "é", "你", "😀"})
  @DisplayName("takes a text up to the limit in bytes of UTF-8, and throws over it:")
  void limit(String letter) throws Exception {
    int bytes = letter.getBytes(StandardCharsets.UTF_8).length;
    assertThat(decoder.decode(packet(letter, LIMIT, bytes))).isInstanceOf(SendMessage.class);
    assertThatThrownBy(() -> decoder.decode(packet(letter, LIMIT + 1, bytes)))
        .isInstanceOfSatisfying(
            DecodeException.class, thrown -> assertThat(thrown.getText()).isEmpty());
  }

  @Test
  @DisplayName("makes a request of what cannot be read, too")
  void malformed() throws Exception {
    assertThat(decoder.decode("garbage"))
        .isInstanceOfSatisfying(
            MalformedRequest.class,
            request -> assertThat(request.code()).isEqualTo(FailureCode.BAD_PACKET));
  }

  @Test
  @DisplayName("is willing to decode every text")
  void willing() {
    assertThat(decoder.willDecode("garbage")).isTrue();
  }
}
