package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.RedisInstalled;
import imserver.cluster.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("postgresql")
@Tag("redis")
@ExtendWith(RedisInstalled.class)
@TestMethodOrder(OrderAnnotation.class) // Redis is away at first
@DisplayName("Two servers on one database and one Redis")
class ServersOnRedisIT {

  private static final String PASSWORD = "hidden-in-logs";

  private static RedisProcess redis;
  private static ServerProcess one;
  private static ServerProcess other;

  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeAll
  static void start() throws IOException {
    SharedServer.stop(); // it would be a third
    redis = RedisProcess.withPassword(PASSWORD);
    one = launch("one");
    other = launch("other");
    one.awaitUp();
    other.awaitUp();
    await().atMost(Client.TIMEOUT).until(() -> servers(one) == 2 && servers(other) == 2);
  }

  private static ServerProcess launch(String name) throws IOException {
    return ServerProcess.launch(
        TestEnvironment.freePort(),
        TestEnvironment.folder(name + "-" + System.nanoTime()),
        Map.of(
            "IMSERVER_DB_URL",
            TestEnvironment.postgresUrl(),
            "IMSERVER_REDIS_URL",
            redis.address(),
            "IMSERVER_REPLAY_LIMIT",
            "1000000",
            "IMSERVER_OUTBOX",
            "100000"));
  }

  private static int servers(ServerProcess server) {
    return new Api(server.address(), 1).get("api/health").json().getInt("servers");
  }

  private static String bus(ServerProcess server) {
    return new Api(server.address(), 1).get("api/health").json().getString("bus");
  }

  private static void awaitBus(String state) {
    await().atMost(Client.TIMEOUT).until(() -> bus(one).equals(state) && bus(other).equals(state));
  }

  @AfterAll
  static void stop() {
    Stream.of(one, other).filter(each -> each != null).forEach(ServerProcess::close);
    redis.close();
  }

  /** What is stored for bob, in its order. */
  private List<Long> stored() throws SQLException {
    try (Connection connection = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select id from message where recipient_id = " + bob + " order by id")) {
      List<Long> ids = new ArrayList<>();
      while (rows.next()) {
        ids.add(rows.getLong(1));
      }
      return ids;
    }
  }

  private static List<Long> ids(Client client) {
    return client.messages().stream().map(Packet::messageId).toList();
  }

  private static List<String> linesOfBus(ServerProcess server) throws IOException {
    return Files.readAllLines(server.log()).stream()
        .filter(line -> line.contains("the bus between servers"))
        .toList();
  }

  @Test
  @Order(1)
  @DisplayName("start and deliver while Redis is away, and use it when it is there")
  void awayAtFirst() throws Exception {
    assertThat(bus(one)).isEqualTo("down");
    assertThat(linesOfBus(one)).hasSize(1);
    try (Client b = Client.connect(other.address(), bob);
        Client a = Client.connect(one.address(), alice)) {
      a.send(Packet.message(bob, "away", "1"));
      b.message("away");
      redis.start();
      awaitBus("up");
      a.send(Packet.message(bob, "there", "2"));
      b.message("there");
      assertThat(ids(b)).isEqualTo(stored());
    }
    assertThat(linesOfBus(one)).hasSize(2).last().asString().contains("carries again");
    await().atMost(Client.TIMEOUT).until(() -> redis.userChannels() == 0);
  }

  @Test
  @Order(2)
  @DisplayName("deliver what either stores to a user's connections on both, in order and once")
  void acrossServers() throws Exception {
    int count = 300;
    try (Client bobOnOne = Client.connect(one.address(), bob);
        Client bobOnOther = Client.connect(other.address(), bob);
        Client aliceOnOne = Client.connect(one.address(), alice);
        Client aliceOnOther = Client.connect(other.address(), alice)) {
      await().atMost(Client.TIMEOUT).until(() -> redis.userChannels() == 2);
      for (int i = 0; i < count; i++) {
        Client from = i % 2 == 0 ? aliceOnOne : aliceOnOther;
        from.send(Packet.message(bob, "m" + i, "t" + i));
      }
      await().atMost(Client.TIMEOUT).until(() -> stored().size() == count);
      await().atMost(Client.TIMEOUT).until(() -> ids(bobOnOne).equals(stored()));
      await().atMost(Client.TIMEOUT).until(() -> ids(bobOnOther).equals(stored()));
    }
  }

  @Test
  @Order(3)
  @DisplayName("lose and double nothing where Redis is killed and started again under load")
  void redisKilled() throws Exception {
    List<Sender> senders =
        IntStream.range(0, 2)
            .mapToObj(i -> new Sender((i % 2 == 0 ? one : other).address(), Users.next(), bob))
            .toList();
    try (Client onOne = Client.connect(one.address(), bob);
        Client onOther = Client.connect(other.address(), bob)) {
      for (int i = 0; i < 2; i++) {
        awaitMore(senders);
        redis.kill();
        awaitBus("down");
        awaitMore(senders);
        redis.start();
        awaitBus("up");
      }
      awaitMore(senders);
      senders.forEach(Sender::sendNothingNew);
      await().atMost(Client.TIMEOUT).until(() -> senders.stream().allMatch(Sender::isDone));
      await().atMost(Client.TIMEOUT).until(() -> ids(onOne).equals(stored()));
      await().atMost(Client.TIMEOUT).until(() -> ids(onOther).equals(stored()));
      assertThat(stored())
          .hasSize(senders.stream().mapToInt(sender -> sender.acknowledged().size()).sum());
    } finally {
      for (Sender sender : senders) {
        sender.close();
      }
    }
  }

  private static void awaitMore(List<Sender> senders) {
    List<Integer> before = senders.stream().map(sender -> sender.acknowledged().size()).toList();
    await()
        .atMost(Client.TIMEOUT)
        .until(
            () ->
                IntStream.range(0, senders.size())
                    .allMatch(i -> senders.get(i).acknowledged().size() > before.get(i) + 50));
  }

  @Test
  @Order(4)
  @DisplayName("have said each time that Redis went and came, without a trace, nor the password")
  void log() throws IOException {
    for (ServerProcess server : List.of(one, other)) {
      assertThat(linesOfBus(server)).hasSize(6);
      assertThat(Files.readString(server.log()))
          .doesNotContain(PASSWORD)
          .doesNotContain("redis.clients");
    }
  }
}
