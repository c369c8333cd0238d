package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@Tag("mariadb")
@TestMethodOrder(OrderAnnotation.class)
@DisplayName("On MariaDB servers")
class MariaDbIT {

  private static TestMariaDb mariaDb;
  private static ServerProcess one;

  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeAll
  static void start() throws IOException {
    mariaDb =
        TestMariaDb.start(
            "--wait-timeout=3",
            "--innodb-flush-log-at-trx-commit=2",
            "--log-bin=binlog",
            "--sync-binlog=0");
    one = server("one");
  }

  private static ServerProcess server(String name) throws IOException {
    Map<String, String> settings = new TreeMap<>(mariaDb.settings());
    // By the other scheme that the settings may have.
    settings.put("IMSERVER_DB_URL", mariaDb.url().replace("jdbc:mariadb:", "jdbc:mysql:"));
    settings.put("IMSERVER_REPLAY_LIMIT", "1000000");
    settings.put("IMSERVER_OUTBOX", "100000");
    return ServerProcess.start(
        TestEnvironment.freePort(),
        TestEnvironment.folder("mariadb-" + name + "-" + System.nanoTime()),
        settings);
  }

  @AfterAll
  static void stop() {
    try (TestMariaDb database = mariaDb) {
      if (one != null) {
        one.close();
      }
    }
  }

  private static long number(String query) throws SQLException {
    try (Connection connection = mariaDb.open();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  @Order(1)
  @DisplayName("say at the start what of the database's settings can lose messages")
  void durability() throws IOException {
    assertThat(Files.readString(one.log()))
        .contains("set innodb_flush_log_at_trx_commit=1 (it is 2) and sync_binlog=1 (it is 0)");
  }

  @Test
  @Order(2)
  @DisplayName("keep texts as they are, and tell keys apart that a language takes for one")
  void texts() {
    Api api = new Api(one.address(), alice);
    String path = "api/conversations/" + bob + "/messages";
    List<String> ids =
        List.of("ß", "ss", "ı", "i", "I", "a", "a ", "ａ", "é", "e\u0301", "👍", "👎");
    for (String id : ids) {
      String body =
          "{\"content\":\"%s 👩‍👩‍👧 𠮷 \",\"clientMessageId\":\"%s\"}".formatted(id, id);
      long first = api.post(path, body).ok().getJsonNumber("messageId").longValue();
      long again = api.post(path, body).ok().getJsonNumber("messageId").longValue();
      assertThat(again).isEqualTo(first);
    }
    List<String> contents =
        new Api(one.address(), bob)
                .get("api/conversations/" + alice + "/messages?limit=50")
                .json()
                .getJsonArray("messages")
                .stream()
                .map(each -> each.asJsonObject().getString("content"))
                .toList();
    assertThat(contents)
        .containsExactlyInAnyOrderElementsOf(ids.stream().map(id -> id + " 👩‍👩‍👧 𠮷 ").toList());
  }

  @Test
  @Order(3)
  @DisplayName("notice nothing of connections that the database has closed while they were idle")
  void idleConnections() throws SQLException {
    String closed =
        "select variable_value from information_schema.global_status"
            + " where variable_name = 'ABORTED_CLIENTS'";
    Api api = new Api(one.address(), alice);
    // Some of the pool's are used each second, and never idle for so long.
    await().atMost(Client.TIMEOUT).until(() -> number(closed) > 0);
    for (int i = 0; i < 3; i++) {
      api.sendMessage(bob, "after a pause " + i);
      api.get("api/conversations").ok();
    }
  }

  @Test
  @Order(4)
  @DisplayName("take nothing while the database is read-only, say so, and go on after that")
  void readOnly() throws IOException {
    Api api = new Api(one.address(), alice);
    api.sendMessage(bob, "before");
    mariaDb.execute("set global read_only = 1");
    try (Client socket = Client.connect(one.address(), alice)) {
      socket.send(Packet.message(bob, "while it is", "mark"));
      assertThat(socket.answer("mark").code()).isEqualTo("STORAGE_UNAVAILABLE");
      assertThat(socket.answer("mark").retryable()).isTrue();
    } finally {
      mariaDb.execute("set global read_only = 0");
    }
    api.sendMessage(bob, "after");
    try (Client reader = Client.connect(one.address(), bob)) {
      reader.message("after");
      assertThat(reader.contents()).contains("before", "after").doesNotContain("while it is");
    }
  }

  @Test
  @Order(5)
  @DisplayName("without a bus hear of each other's messages by asking the database")
  void severalServers() throws IOException {
    try (ServerProcess other = server("other");
        Client reader = Client.connect(other.address(), bob)) {
      Api health = new Api(other.address(), 1);
      await()
          .atMost(Client.TIMEOUT)
          .until(() -> health.get("api/health").json().getInt("servers") == 2);
      Api api = new Api(one.address(), alice);
      for (int i = 0; i < 3; i++) {
        api.sendMessage(bob, "over there " + i);
        reader.message("over there " + i);
      }
      assertThat(health.get("api/health").json().getString("bus")).isEqualTo("up");
    }
  }

  @Test
  @Order(6)
  @DisplayName(
      "lose and double nothing that is acknowledged where the database is killed under load")
  void kill() throws Exception {
    URI server = one.address();
    long recipient = Users.next();
    mariaDb.execute("set global innodb_flush_log_at_trx_commit = 1", "set global sync_binlog = 1");
    List<Sender> senders =
        IntStream.range(0, 4).mapToObj(i -> new Sender(server, Users.next(), recipient)).toList();
    try {
      for (int round = 0; round < 3; round++) {
        int before = acknowledged(senders);
        await().atMost(Client.TIMEOUT).until(() -> acknowledged(senders) > before + 200);
        mariaDb.kill();
        mariaDb.run();
        mariaDb.execute(
            "set global innodb_flush_log_at_trx_commit = 1", "set global sync_binlog = 1");
      }
      int before = acknowledged(senders);
      await().atMost(Client.TIMEOUT).until(() -> acknowledged(senders) > before + 200);
      senders.forEach(Sender::sendNothingNew);
      await().atMost(Client.TIMEOUT).until(() -> senders.stream().allMatch(Sender::isDone));
      Ledger.assertNothingLostOrDoubled(server, recipient, senders);
    } finally {
      for (Sender sender : senders) {
        sender.close();
      }
    }
  }

  private static int acknowledged(List<Sender> senders) {
    return senders.stream().mapToInt(sender -> sender.acknowledged().size()).sum();
  }
}
