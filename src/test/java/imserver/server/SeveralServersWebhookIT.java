package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.webhook.FakeReceiver;
import imserver.webhook.FakeReceiver.Request;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@code -Dimserver.test.kills=30} kills as many times (the build passes it on); by default two
 * times.
 */
@Tag("postgresql")
@Tag("mixed")
@DisplayName("The webhook of two servers on one database")
class SeveralServersWebhookIT {

  private static final int SENDERS = 6;

  /** Between messages: what is stored while a server starts is told one by one in the end. */
  private static final Duration PAUSE = Duration.ofMillis(150);

  private static final int KILLS = Integer.getInteger("imserver.test.kills", 2);

  private static final ServerProcess[] SERVERS = new ServerProcess[2];
  private static final Path[] FOLDERS = {
    TestEnvironment.folder("webhook-one-" + System.nanoTime()),
    TestEnvironment.folder("webhook-other-" + System.nanoTime())
  };
  private static final int[] PORTS = new int[2];
  private static FakeReceiver receiver;

  @BeforeAll
  static void open() throws IOException {
    receiver = new FakeReceiver();
    SharedServer.stop(); // it would be a third, and write no events
    for (int i = 0; i < 2; i++) {
      PORTS[i] = TestEnvironment.freePort();
      launch(i);
    }
    for (ServerProcess server : SERVERS) {
      server.awaitUp();
    }
  }

  private static void launch(int i) throws IOException {
    Map<String, String> settings = new TreeMap<>(WebhookIT.settings(receiver));
    settings.put("IMSERVER_DB_URL", TestEnvironment.postgresUrl());
    settings.put("IMSERVER_UNSEEN", "2");
    SERVERS[i] =
        ServerProcess.launch(
            i == 0 ? ServerProduct.TOMCAT_10 : ServerProduct.PAYARA_MICRO,
            PORTS[i],
            FOLDERS[i],
            settings);
  }

  @AfterAll
  static void close() {
    for (ServerProcess server : SERVERS) {
      if (server != null) {
        server.close();
      }
    }
    receiver.close();
  }

  @BeforeEach
  void answers() {
    receiver.behaviour = FakeReceiver.status(204);
  }

  private static List<JsonObject> told(String type) {
    return receiver.requests.stream()
        .map(WebhookIT::body)
        .filter(body -> body.getString("type").equals(type))
        .map(body -> body.getJsonObject("data"))
        .toList();
  }

  private static boolean isTo(JsonObject data, long user) {
    return data.getJsonNumber("toId").longValue() == user;
  }

  @Test
  @DisplayName("tells nobody's absence who is connected to the other one")
  void unseen() {
    long alice = Users.next();
    long bob = Users.next();
    long carol = Users.next();
    Api a = new Api(SERVERS[0].address(), alice);
    try (Client b = Client.connect(SERVERS[1].address(), bob)) {
      await()
          .atMost(Client.TIMEOUT)
          .until(
              () ->
                  !SeveralServersIT.query(
                          "select node_id from connected_user where user_id = " + bob)
                      .isEmpty());
      a.sendMessage(bob, "x");
      a.sendMessage(carol, "y");
      await()
          .atMost(WebhookIT.LEASE)
          .pollInterval(Duration.ofSeconds(1)) // it may read thousands of requests
          .until(() -> told("message.unseen").stream().anyMatch(data -> isTo(data, carol)));
      assertThat(told("message.unseen")).noneMatch(data -> isTo(data, bob));
    }
    await()
        .atMost(WebhookIT.LEASE)
        .until(() -> told("message.unseen").stream().anyMatch(data -> isTo(data, bob)));
  }

  @Test
  @DisplayName("loses nothing where they are killed, and keeps the order of each conversation")
  void kills() throws Exception {
    long bob = Users.next();
    Random random = new Random(7);
    receiver.behaviour =
        (request, connection) -> {
          return FakeReceiver.status(random.nextInt(300) == 0 ? 500 : 204)
              .answer(request, connection);
        };
    List<Sender> senders =
        IntStream.range(0, SENDERS)
            .mapToObj(i -> new Sender(SERVERS[i % 2].address(), Users.next(), bob, PAUSE))
            .toList();
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        int before = receiver.requests.size();
        int more = 50 + random.nextInt(200);
        await().atMost(WebhookIT.LEASE).until(() -> receiver.requests.size() > before + more);
        SERVERS[kill % 2].kill();
        launch(kill % 2);
        SERVERS[kill % 2].awaitUp();
      }
      senders.forEach(Sender::sendNothingNew);
      await().atMost(WebhookIT.LEASE).until(() -> senders.stream().allMatch(Sender::isDone));
    } finally {
      for (Sender sender : senders) {
        sender.close();
      }
    }
    String stored = "select id from message where recipient_id = " + bob + " order by id";
    Set<Long> expected = new LinkedHashSet<>(SeveralServersIT.query(stored));
    await()
        .atMost(Duration.ofMinutes(4))
        .pollInterval(Duration.ofSeconds(1)) // it reads thousands of requests
        .until(
            () -> firstTold(bob).values().stream().mapToInt(List::size).sum() == expected.size());
    Set<Long> told = new LinkedHashSet<>();
    firstTold(bob).values().forEach(told::addAll);
    assertThat(told).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(firstTold(bob).values()).allSatisfy(ids -> assertThat(ids).isSorted());
    System.out.printf(
        "%d kills: %d messages, %d requests%n", KILLS, expected.size(), receiver.requests.size());
  }

  /** By sender the messages to a user that were told, each where it was told first. */
  private static Map<Long, List<Long>> firstTold(long user) {
    Map<Long, List<Long>> bySender = new TreeMap<>();
    Set<String> seen = new LinkedHashSet<>();
    for (Request request : receiver.requests) {
      JsonObject body = WebhookIT.body(request);
      JsonObject data = body.getJsonObject("data");
      if (body.getString("type").equals("message.stored")
          && data.getJsonNumber("toId").longValue() == user
          && seen.add(request.id())) {
        bySender
            .computeIfAbsent(data.getJsonNumber("fromId").longValue(), key -> new ArrayList<>())
            .add(data.getJsonNumber("messageId").longValue());
      }
    }
    return bySender;
  }
}
