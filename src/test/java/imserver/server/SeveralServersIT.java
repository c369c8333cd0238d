package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

@Tag("postgresql")
@Tag("mixed")
@TestMethodOrder(OrderAnnotation.class) // the one with the number 6 kills a server
@DisplayName("Two servers on one database, Tomcat and Payara,")
class SeveralServersIT {

  private static ServerProcess one;
  private static ServerProcess other;

  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeAll
  static void start() throws IOException {
    SharedServer.stop(); // it would be a third
    one = launch(ServerProduct.TOMCAT_10, TestEnvironment.folder("one-" + System.nanoTime()));
    other =
        launch(ServerProduct.PAYARA_MICRO, TestEnvironment.folder("other-" + System.nanoTime()));
    one.awaitUp();
    other.awaitUp();
    await().atMost(Client.TIMEOUT).until(() -> servers(one) == 2 && servers(other) == 2);
  }

  private static ServerProcess launch(ServerProduct product, Path folder) throws IOException {
    return ServerProcess.launch(
        product,
        TestEnvironment.freePort(),
        folder,
        Map.of(
            "IMSERVER_DB_URL", TestEnvironment.postgresUrl(),
            "IMSERVER_REPLAY_LIMIT", "1000000",
            "IMSERVER_OUTBOX", "100000"));
  }

  private static int servers(ServerProcess server) {
    return new Api(server.address(), 1).get("api/health").json().getInt("servers");
  }

  private static String bus(ServerProcess server) {
    return new Api(server.address(), 1).get("api/health").json().getString("bus");
  }

  @AfterAll
  static void stop() {
    Stream.of(one, other).filter(each -> each != null).forEach(ServerProcess::close);
  }

  static List<Long> query(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<Long> numbers = new ArrayList<>();
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
      return numbers;
    }
  }

  /** What is stored for bob, in its order. */
  private List<Long> stored() throws SQLException {
    return query("select id from message where recipient_id = " + bob + " order by id");
  }

  private static List<Long> ids(Client client) {
    return client.messages().stream().map(Packet::messageId).toList();
  }

  /** Ends what listens and notifies, on all servers. */
  private static void cutBus() throws SQLException {
    query(
        "select pg_terminate_backend(pid)::int from pg_stat_activity"
            + " where application_name like 'imserver listener%'");
  }

  @Test
  @Order(0)
  @DisplayName(
      "hold what a moderator has done on either: writing at once, connections within seconds")
  void suspended() {
    long carol = Users.next();
    Api moderator = Api.service(one.address());
    String path = "api/moderation/users/" + carol + "/suspension";
    String body = "{\"scope\":\"%s\",\"until\":\"9999-01-01T00:00:00Z\",\"reason\":\"spam\"}";
    Api ofCarol = new Api(other.address(), carol);
    String message = "api/conversations/" + bob + "/messages";
    try (Client c = Client.connect(other.address(), carol);
        CommandClient b = CommandClient.connect(other.address(), bob)) {
      long id = ofCarol.sendMessage(bob, "before");
      b.awaitMessage("before");
      assertThat(moderator.put(path, body.formatted("write")).status()).isEqualTo(204);
      assertThat(ofCarol.post(message, Api.content("after")).code()).isEqualTo("SUSPENDED");
      c.send(Packet.message(bob, "after", "t"));
      assertThat(c.answer("t").code()).isEqualTo("SUSPENDED");
      assertThat(moderator.post("api/moderation/messages/" + id + "/remove", "{}").status())
          .isEqualTo(204);
      assertThat(b.await("recall").getString("messageId")).isEqualTo(Long.toString(id));

      assertThat(moderator.put(path, body.formatted("all")).status()).isEqualTo(204);
      assertThat(c.closeCode()).isEqualTo(4423);
      assertThat(Client.refusal(other.address(), carol)).isEqualTo(403);
      assertThat(ofCarol.get("api/unread").code()).isEqualTo("SUSPENDED");
      assertThat(Api.service(other.address()).delete(path).status()).isEqualTo(204);
      await().atMost(Client.TIMEOUT).until(() -> ofCarol.get("api/unread").status() == 200);
      Api onOne = new Api(one.address(), carol);
      await().atMost(Client.TIMEOUT).until(() -> onOne.get("api/unread").status() == 200);
    }
  }

  @Test
  @Order(1)
  @DisplayName("deliver what either stores to a user's connections on both, in order and once")
  void acrossServers() throws Exception {
    int count = 300;
    try (Client bobOnOne = Client.connect(one.address(), bob);
        Client bobOnOther = Client.connect(other.address(), bob);
        Client aliceOnOne = Client.connect(one.address(), alice);
        Client aliceOnOther = Client.connect(other.address(), alice)) {
      for (int i = 0; i < count; i++) {
        Client from = i % 2 == 0 ? aliceOnOne : aliceOnOther;
        from.send(Packet.message(bob, "m" + i, "t" + i));
        bobOnOne.send(Packet.message(alice, "answer" + i, "a" + i));
      }
      await().atMost(Client.TIMEOUT).until(() -> stored().size() == count);
      await().atMost(Client.TIMEOUT).until(() -> bobOnOne.messages().size() == count);
      await().atMost(Client.TIMEOUT).until(() -> bobOnOther.messages().size() == count);
      assertThat(ids(bobOnOne)).isEqualTo(stored());
      assertThat(ids(bobOnOther)).isEqualTo(stored());
      await().atMost(Client.TIMEOUT).until(() -> aliceOnOne.messages().size() == count);
      await().atMost(Client.TIMEOUT).until(() -> aliceOnOther.messages().size() == count);
      assertThat(ids(aliceOnOther)).isEqualTo(ids(aliceOnOne)).isSorted();
    }
  }

  @Test
  @Order(2)
  @DisplayName("deliver messages that are longer than a notification")
  void longMessage() {
    String text = "👋".repeat(4000);
    try (Client b = Client.connect(other.address(), bob);
        Client a = Client.connect(one.address(), alice)) {
      a.send(Packet.message(bob, text, "long"));
      a.send(Packet.message(bob, "short", "short"));
      b.message("short");
      assertThat(b.messages()).extracting(Packet::content).containsExactly(text, "short");
    }
  }

  @Test
  @Order(3)
  @DisplayName("replay what was stored before a connection, and nothing twice")
  void replayFirst() throws Exception {
    List<Sender> senders =
        IntStream.range(0, 4)
            .mapToObj(i -> new Sender((i % 2 == 0 ? one : other).address(), Users.next(), bob))
            .toList();
    List<Client> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        int before = senders.stream().mapToInt(sender -> sender.acknowledged().size()).sum();
        await()
            .atMost(Client.TIMEOUT)
            .until(
                () ->
                    senders.stream().mapToInt(sender -> sender.acknowledged().size()).sum()
                        > before + 60);
        readers.add(Client.connect((i % 2 == 0 ? one : other).address(), bob));
      }
      senders.forEach(Sender::sendNothingNew);
      await().atMost(Client.TIMEOUT).until(() -> senders.stream().allMatch(Sender::isDone));
      List<Long> stored = stored();
      for (Client reader : readers) {
        await().atMost(Client.TIMEOUT).until(() -> ids(reader).equals(stored));
      }
    } finally {
      readers.forEach(Client::close);
      for (Sender sender : senders) {
        sender.close();
      }
    }
  }

  @Test
  @Order(4)
  @DisplayName("show a name that was set on either")
  void names() {
    Api host = Api.service(one.address());
    try (Client b = Client.connect(other.address(), bob);
        Client a = Client.connect(one.address(), alice)) {
      a.send(Packet.message(bob, "nameless", "nameless"));
      assertThat(b.message("nameless").userName()).isEqualTo(Long.toString(alice));
      assertThat(host.put("api/users/" + alice, "{\"name\":\"Alice\"}").status()).isEqualTo(200);
      await()
          .atMost(Client.TIMEOUT)
          .until(
              () -> {
                String mark = "named" + System.nanoTime();
                a.send(Packet.message(bob, mark, mark));
                return b.message(mark).userName().equals("Alice");
              });
    }
  }

  @Test
  @Order(5)
  @DisplayName("deliver also what is stored while the bus is down")
  void busDown() throws Exception {
    try (Client b = Client.connect(other.address(), bob);
        Client a = Client.connect(one.address(), alice)) {
      a.send(Packet.message(bob, "before", "before"));
      b.message("before");
      for (int i = 0; i < 50; i++) {
        if (i % 10 == 0) {
          cutBus();
        }
        a.send(Packet.message(bob, "m" + i, "t" + i));
        a.answer("t" + i);
      }
      await().atMost(Client.TIMEOUT).until(() -> ids(b).equals(stored()));
      await().atMost(Client.TIMEOUT).until(() -> bus(one).equals("up") && bus(other).equals("up"));
    }
  }

  @Test
  @Order(6)
  @DisplayName("lose and double nothing where one of them is killed under load")
  void killed() throws Exception {
    List<Sender> senders =
        IntStream.range(0, 2)
            .mapToObj(i -> new Sender((i % 2 == 0 ? one : other).address(), Users.next(), bob))
            .toList();
    try (Client b = Client.connect(one.address(), bob)) {
      await()
          .atMost(Client.TIMEOUT)
          .until(() -> senders.stream().allMatch(s -> s.acknowledged().size() > 200));
      other.kill();
      URI survivor = one.address();
      senders.forEach(Sender::sendNothingNew);
      await().atMost(Client.TIMEOUT).until(senders.get(0)::isDone);
      await().atMost(Client.TIMEOUT).until(() -> ids(b).equals(stored()));
      assertThat(stored())
          .hasSizeGreaterThanOrEqualTo(
              senders.stream().mapToInt(sender -> sender.acknowledged().size()).sum());
      assertThat(new Api(survivor, bob).unread()).isEqualTo(stored().size());
    } finally {
      for (Sender sender : senders) {
        sender.close();
      }
    }
  }

  @Test
  @Order(7)
  @DisplayName("deliver to each other also where one does not know the frames of the other")
  void anotherVersion() throws Exception {
    Path folder = TestEnvironment.folder("newer-" + System.nanoTime());
    Files.createDirectories(folder);
    PatchedWar.write(
        ServerProduct.TOMCAT_10.war(),
        folder.resolve(ServerProduct.OWN_WAR),
        "imserver.cluster.FrameCodec",
        "{\"v\":4,",
        "{\"v\":5,");
    int count = 200;
    try (ServerProcess newer = launch(ServerProduct.TOMCAT_10, folder).awaitUp();
        Client bobOnOne = Client.connect(one.address(), bob);
        Client bobOnNewer = Client.connect(newer.address(), bob);
        Client aliceOnOne = Client.connect(one.address(), alice);
        Client aliceOnNewer = Client.connect(newer.address(), alice);
        Connection listening = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement listen = listening.createStatement()) {
      await().atMost(Client.TIMEOUT).until(() -> bus(one).equals("up") && bus(newer).equals("up"));
      listen.execute("listen imserver");
      aliceOnNewer.send(Packet.message(bob, "first", "first"));
      bobOnOne.message("first"); // with nothing of its own that would show a gap
      for (int i = 1; i < count; i++) {
        Client from = i % 2 == 0 ? aliceOnOne : aliceOnNewer;
        from.send(Packet.message(bob, "m" + i, "t" + i));
        from.answer("t" + i);
      }
      for (Client reader : List.of(bobOnOne, bobOnNewer)) {
        await().atMost(Client.TIMEOUT).until(() -> ids(reader).equals(stored()));
      }
      assertThat(stored()).hasSize(count);
      assertThat(frames(listening.unwrap(PGConnection.class)))
          .as("of both versions, with messages")
          .anyMatch(frame -> frame.startsWith("{\"v\":4,") && frame.contains("\"c\":["))
          .anyMatch(frame -> frame.startsWith("{\"v\":5,") && frame.contains("\"c\":["));
    }
  }

  /** What servers have told each other, opened with the secret that they share. */
  private static List<String> frames(PGConnection listening)
      throws SQLException, GeneralSecurityException {
    String secret;
    try (Connection connection = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select secret from installation")) {
      assertThat(rows.next()).isTrue();
      secret = rows.getString(1);
    }
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    List<String> frames = new ArrayList<>();
    PGNotification[] all = listening.getNotifications();
    for (PGNotification each : all == null ? new PGNotification[0] : all) {
      if (!each.getParameter().startsWith("probe ")) {
        byte[] sealed = Base64.getDecoder().decode(each.getParameter());
        mac.update(sealed, 0, 12);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
            Cipher.DECRYPT_MODE,
            new SecretKeySpec(mac.doFinal(), "AES"),
            new GCMParameterSpec(128, sealed, 12, 12));
        frames.add(
            new String(cipher.doFinal(sealed, 24, sealed.length - 24), StandardCharsets.UTF_8));
      }
    }
    return frames;
  }
}
