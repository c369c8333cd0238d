package imserver.server;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code -Dimserver.test.kills=20} for more rounds than the build can wait for. */
@Tag("crossed")
@DisplayName("A server that is killed under load")
class CrashRecoveryIT {

  private static final int KILLS = Integer.getInteger("imserver.test.kills", 2);
  private static final int SENDERS = 8;

  @Test
  @DisplayName("has lost nothing that it acknowledged, and doubled nothing that was sent again")
  void sigkill() throws Exception {
    int port = TestEnvironment.freePort();
    Path folder = TestEnvironment.folder("kill-" + System.nanoTime());
    long recipient = Users.next();
    ServerProcess server = start(port, folder);
    List<Sender> senders =
        IntStream.range(0, SENDERS)
            .mapToObj(i -> new Sender(server.address(), Users.next(), recipient))
            .toList();
    ServerProcess current = server;
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        int before = acknowledged(senders);
        await().atMost(Client.TIMEOUT).until(() -> acknowledged(senders) > before + 500);
        current.kill();
        current = start(port, folder);
      }
      senders.forEach(Sender::sendNothingNew);
      await().atMost(Client.TIMEOUT).until(() -> senders.stream().allMatch(Sender::isDone));
      Ledger.assertNothingLostOrDoubled(current.address(), recipient, senders);
    } finally {
      for (Sender sender : senders) {
        sender.close();
      }
      current.close();
    }
  }

  private static int acknowledged(List<Sender> senders) {
    return senders.stream().mapToInt(sender -> sender.acknowledged().size()).sum();
  }

  private static ServerProcess start(int port, Path folder) throws IOException {
    Map<String, String> settings = new TreeMap<>(TestEnvironment.databaseSettings());
    settings.put("IMSERVER_DATA", folder.resolve("data").toString());
    settings.put("IMSERVER_REPLAY_LIMIT", "1000000");
    settings.put("IMSERVER_OUTBOX", "100000");
    return ServerProcess.start(port, folder, settings);
  }
}
