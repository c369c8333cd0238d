package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import imserver.packet.MarkRead;
import imserver.packet.MarkReadUpTo;
import imserver.packet.Request;
import imserver.packet.SendMessage;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The warm-up of packets")
class PacketWarmUpTest {

  @Test
  @DisplayName("reads a message and a reading of each version, as real ones are read")
  void reads() {
    assertThat(requests(ProtocolVersion.V1))
        .hasExactlyElementsOfTypes(SendMessage.class, MarkRead.class);
    assertThat(requests(ProtocolVersion.V2))
        .hasExactlyElementsOfTypes(SendMessage.class, MarkReadUpTo.class);
  }

  private static List<Request> requests(ProtocolVersion version) {
    return PacketWarmUp.requests(version).stream().map(version::read).toList();
  }

  @Test
  @DisplayName("writes answers and a message in each version")
  void writes() {
    assertThatCode(PacketWarmUp::run).doesNotThrowAnyException();
  }
}
