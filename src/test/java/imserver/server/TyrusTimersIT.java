package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("The costly timers of Tyrus")
class TyrusTimersIT {

  @Test
  @DisplayName("are replaced where Tyrus is, and no other engine is touched")
  void replaced() throws Exception {
    assertThat(log(Map.of()).contains("the timers of Tyrus are replaced"))
        .isEqualTo(ServerProduct.underTest().hasTyrus());
  }

  @Test
  @DisplayName("are left alone where that is switched off")
  void switchedOff() throws Exception {
    assertThat(log(Map.of("IMSERVER_TYRUS_TIMERS", "off"))).doesNotContain("timers of Tyrus");
  }

  /** What a server says until it has passed a message on. */
  private static String log(Map<String, String> settings) throws Exception {
    Path folder = TestEnvironment.folder("tyrus-" + System.nanoTime());
    try (ServerProcess server = ServerProcess.start(TestEnvironment.freePort(), folder, settings);
        Client a = Client.connect(server.address(), Users.next())) {
      a.send(Packet.message(Users.next(), "hello", "t"));
      assertThat(a.answer("t").isSuccess()).isTrue();
      return Files.readString(server.log());
    }
  }
}
