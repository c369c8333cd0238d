package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("The embedded database")
class DataFolderIT {

  @Test
  @DisplayName("lies in the server's own folder, the log says where, and no second server opens it")
  void ownFolder() throws Exception {
    Path folder = TestEnvironment.folder("own-" + System.nanoTime());
    Path data = ServerProduct.underTest().dataFolder(folder);
    try (ServerProcess first = ServerProcess.start(TestEnvironment.freePort(), folder, Map.of())) {
      assertThat(data.resolve("imserver.mv.db")).exists();
      assertThat(Files.readString(first.log()))
          .contains("messages are kept in the embedded database in " + data);

      Path other = TestEnvironment.folder("other-" + System.nanoTime());
      try (ServerProcess second =
              ServerProcess.launch(
                  TestEnvironment.freePort(), other, Map.of("IMSERVER_DATA", data.toString()));
          Client a = Client.connect(first.address(), Users.next())) {
        awaitInLog(second, "another server has the embedded database in " + data + " open");
        assertThat(second.isUp()).isFalse();
        a.send(Packet.message(Users.next(), "still here", "t"));
        assertThat(a.answer("t").isSuccess()).isTrue();
      }
    }
  }

  @Test
  @DisplayName(
      "is not served where no credential could be verified: the application does not start")
  void noKey() throws Exception {
    Path folder = TestEnvironment.folder("no-key-" + System.nanoTime());
    try (ServerProcess server =
        ServerProcess.launch(
            TestEnvironment.freePort(), folder, Map.of("IMSERVER_AUTH_MODE", "jwt"))) {
      awaitInLog(server, "imserver cannot start: ", "IMSERVER_JWT_SECRET");
      assertThat(server.isUp()).isFalse();
      assertThat(Files.readString(server.log()))
          .as("nor does it touch a database")
          .doesNotContain("messages are kept in");
    }
  }

  private static void awaitInLog(ServerProcess server, String... parts) {
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () ->
                assertThat(Files.readAllLines(server.log()))
                    .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
  }
}
