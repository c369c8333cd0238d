package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("A server that is stopped under load")
class GracefulShutdownIT {

  @Test
  @DisplayName("closes its connections with 1001 and loses nothing; the next one has it all")
  void sigterm() throws Exception {
    int port = TestEnvironment.freePort();
    Path folder = TestEnvironment.folder("stop-" + System.nanoTime());
    Map<String, String> settings =
        Map.of(
            "IMSERVER_DATA", folder.resolve("data").toString(),
            "IMSERVER_REPLAY_LIMIT", "1000000",
            "IMSERVER_OUTBOX", "100000");
    long recipient = Users.next();
    Sender sender;
    try (ServerProcess server = ServerProcess.start(port, folder, settings);
        Client idle = Client.connect(server.address(), Users.next())) {
      sender = new Sender(server.address(), Users.next(), recipient);
      await().atMost(Client.TIMEOUT).until(() -> sender.acknowledged().size() > 500);
      server.stop();
      assertThat(idle.closeCode()).isEqualTo(1001);
      assertThat(idle.closeReason()).as("ours, after the last answer").isEqualTo("server stopping");
    }
    try (ServerProcess server = ServerProcess.start(port, folder, settings)) {
      sender.sendNothingNew();
      await().atMost(Client.TIMEOUT).until(sender::isDone);
      Ledger.assertNothingLostOrDoubled(server.address(), recipient, List.of(sender));
    } finally {
      sender.close();
    }
  }
}
