package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where it is switched off, {@link SeveralSettingsIT} sees it. */
@WithServer
@Tag("h2")
@DisplayName("The tuning of the container's WebSocket engine")
class EngineTuningIT {

  private final ServerProduct product = ServerProduct.underTest();

  @Test
  @DisplayName("finds costly timers and batching where they are, and touches no other engine")
  void found() throws Exception {
    passMessage(SharedServer.running());
    String log = Files.readString(SharedServer.running().log());
    assertThat(log.contains("the timers of Tyrus are replaced")).isEqualTo(product.hasTyrus());
    assertThat(log.contains("Tomcat writes several packets at once")).isEqualTo(product.isTomcat());
    assertThat(log).doesNotContain("Tomcat writes packets one by one");
  }

  /** After it nothing more is tuned. */
  static void passMessage(ServerProcess server) {
    try (Client a = Client.connect(server.address(), Users.next())) {
      a.send(Packet.message(Users.next(), "hello", "t"));
      assertThat(a.answer("t").isSuccess()).isTrue();
    }
  }
}
