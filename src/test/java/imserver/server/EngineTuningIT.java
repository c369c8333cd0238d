package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithServer
@Tag("h2")
@DisplayName("The tuning of the container's WebSocket engine")
class EngineTuningIT {

  private final ServerProduct product = ServerProduct.underTest();

  @Test
  @DisplayName("finds costly timers and batching where they are, and touches no other engine")
  void found() throws Exception {
    String log = log(SharedServer.running());
    assertThat(log.contains("the timers of Tyrus are replaced")).isEqualTo(product.hasTyrus());
    assertThat(log.contains("Tomcat writes several packets at once")).isEqualTo(product.isTomcat());
    assertThat(log).doesNotContain("Tomcat writes packets one by one");
  }

  @Test
  @DisplayName("leaves timers and batching alone where it is switched off")
  void switchedOff() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(
            TestEnvironment.freePort(),
            TestEnvironment.folder("engine-" + System.nanoTime()),
            Map.of("IMSERVER_TYRUS_TIMERS", "off", "IMSERVER_WRITE_BATCHING", "off"))) {
      assertThat(log(server)).doesNotContain("timers of Tyrus").doesNotContain("Tomcat writes");
    }
  }

  /** What a server says until it has passed a message on. */
  private static String log(ServerProcess server) throws IOException {
    try (Client a = Client.connect(server.address(), Users.next())) {
      a.send(Packet.message(Users.next(), "hello", "t"));
      assertThat(a.answer("t").isSuccess()).isTrue();
      return Files.readString(server.log());
    }
  }
}
