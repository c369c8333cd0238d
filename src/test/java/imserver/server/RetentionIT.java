package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("crossed")
@DisplayName("Old messages")
class RetentionIT {

  private static final boolean EMBEDDED = TestEnvironment.databaseSettings().isEmpty();

  private final long alice = Users.next();
  private final long bob = Users.next();
  private final long carol = Users.next();
  private final Path folder = TestEnvironment.folder("retention-" + System.nanoTime());

  private ServerProcess start(int port, int days) throws IOException {
    String retention = Integer.toString(days);
    Map<String, String> settings = new TreeMap<>(TestEnvironment.databaseSettings());
    settings.put("IMSERVER_DATA", folder.resolve("data").toString());
    settings.put("IMSERVER_RETENTION", retention);
    return ServerProcess.start(port, folder, settings);
  }

  /** The server is stopped where it alone opens the database. */
  private void age(long first, long last) throws SQLException {
    String embedded =
        "jdbc:h2:file:"
            + folder.resolve("data").resolve("imserver").toAbsolutePath()
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
    try (Connection connection =
            EMBEDDED
                ? DriverManager.getConnection(embedded, "sa", "")
                : TestEnvironment.openDatabase();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      // What other tests have stored before stays. It is locked first, and due at once.
      statement.executeUpdate("update retention set due_at = 0, up_to_id = " + (first - 1));
      statement.executeUpdate(
          "update message set created_at = created_at - interval '3' day where id between %d and %d"
              .formatted(first, last));
      connection.commit();
    }
  }

  @Test
  @DisplayName("go when their days are over, with what is unread of them; newer ones stay")
  void deleted() throws Exception {
    int port = TestEnvironment.freePort();
    ServerProcess server = start(port, EMBEDDED ? 0 : 2);
    try {
      Api apiOfAlice = new Api(server.address(), alice);
      long first = apiOfAlice.sendMessage(bob, "old");
      apiOfAlice.sendMessage(carol, "old");
      long last = new Api(server.address(), bob).sendMessage(alice, "old");
      apiOfAlice.sendMessage(bob, "new");
      new Api(server.address(), carol)
          .put("api/conversations/" + alice + "/settings", "{\"pinned\":true}")
          .ok();
      if (EMBEDDED) {
        server.kill();
        age(first, last);
        server = start(port, 2);
      } else {
        age(first, last);
      }
      Api apiOfBob = new Api(server.address(), bob);
      Api apiOfCarol = new Api(server.address(), carol);
      await().atMost(Client.TIMEOUT.multipliedBy(3)).until(() -> apiOfCarol.unread() == 0);
      assertThat(Api.contents(apiOfBob.history(alice, ""))).containsExactly("new");
      assertThat(apiOfBob.unread()).isEqualTo(1);
      assertThat(apiOfAlice.unread()).isZero();
      assertThat(apiOfCarol.conversations()).isEmpty();
      assertThat(apiOfAlice.conversations()).hasSize(1);
      for (long user : new long[] {alice, bob, carol}) {
        assertThat(
                Api.number(
                    Api.service(server.address()).post("api/users/" + user + "/recount", "").ok(),
                    "correctedConversations"))
            .isZero();
      }
      apiOfAlice.sendMessage(carol, "again");
      assertThat(apiOfCarol.conversations().get(0).getBoolean("pinned")).isTrue();
      try (CommandClient device = CommandClient.connect(server.address(), carol)) {
        device.await("welcome");
        assertThat(apiOfCarol.history(alice, "")).hasSize(1);
      }
    } finally {
      server.close();
    }
  }
}
