package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import imserver.webhook.FakeReceiver;
import imserver.webhook.FakeReceiver.Request;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@Tag("h2") // SeveralServersWebhookIT has PostgreSQL
@TestMethodOrder(OrderAnnotation.class)
@DisplayName("The webhook of a server")
class WebhookIT {

  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  /** As long as a lease of a server that was killed, and its start. */
  static final Duration LEASE = Duration.ofSeconds(120);

  private static final Path FOLDER = TestEnvironment.folder("webhook-" + System.nanoTime());
  private static FakeReceiver receiver;
  private static int port;
  private static ServerProcess server;

  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeAll
  static void open() throws IOException {
    receiver = new FakeReceiver();
    SharedServer.stop(); // on the same database it would write no events
    port = TestEnvironment.freePort();
    server = start();
  }

  @BeforeEach
  void running() throws IOException {
    receiver.behaviour = FakeReceiver.status(204);
    if (!server.isAlive()) {
      server = start();
    }
  }

  private static ServerProcess start() throws IOException {
    Map<String, String> settings = new TreeMap<>(Map.of("IMSERVER_UNSEEN", "5"));
    settings.putAll(settings(receiver));
    settings.putAll(TestEnvironment.databaseSettings());
    return ServerProcess.start(port, FOLDER, settings);
  }

  static Map<String, String> settings(FakeReceiver receiver) {
    return Map.of(
        "IMSERVER_WEBHOOK_URL", receiver.address().toString(), "IMSERVER_WEBHOOK_SECRET", SECRET);
  }

  @AfterAll
  static void close() {
    if (server != null) {
      server.close();
    }
    receiver.close();
  }

  static JsonObject body(Request request) {
    return Json.createReader(new StringReader(request.body())).readObject();
  }

  private Api as(long user) {
    return new Api(server.address(), user);
  }

  /** Those that are of the test's users. */
  private List<Request> requests() {
    return receiver.requests.stream()
        .filter(each -> body(each).getJsonObject("data").toString().contains(":" + alice))
        .toList();
  }

  /** What was told of them, as type and data. */
  private List<String> told() {
    return requests().stream()
        .map(WebhookIT::body)
        .map(body -> body.getString("type") + " " + body.getJsonObject("data"))
        .toList();
  }

  @Test
  @DisplayName("tells what is stored, read, recalled and not seen, signed, in order")
  void events() throws Exception {
    long first;
    long second;
    long third;
    try (Client b = Client.connect(server.address(), bob)) {
      first = as(alice).sendMessage(bob, "你好");
      b.message("你好");
      as(bob).markRead(List.of(first));
      second = as(bob).sendMessage(alice, "an answer");
      assertThat(as(bob).post("api/messages/" + second + "/recall", "").status())
          .isBetween(200, 204);
      third = as(alice).sendMessage(bob, "not seen");
      String stored = "message.stored {\"messageId\":%d,\"fromId\":%d,\"toId\":%d,";
      await().atMost(Client.TIMEOUT).until(() -> told().size() == 5);
      List<String> told = told();
      assertThat(told.get(0))
          .isEqualTo(
              stored.formatted(first, alice, bob) + "\"content\":\"你好\",\"timestamp\":\"\"}");
      assertThat(told.get(1))
          .isEqualTo(
              "message.read {\"readerId\":%d,\"fromId\":%d,\"readUpTo\":%d,\"unread\":0}"
                  .formatted(bob, alice, first));
      assertThat(told.get(2)).startsWith(stored.formatted(second, bob, alice));
      assertThat(told.get(3))
          .isEqualTo(
              "message.recalled {\"messageId\":%d,\"fromId\":%d,\"toId\":%d}"
                  .formatted(second, bob, alice));
      assertThat(told.get(4)).startsWith(stored.formatted(third, alice, bob));
    }
    await().atMost(Client.TIMEOUT).until(() -> told().size() == 6);
    assertThat(told().get(5))
        .isEqualTo(
            "message.unseen {\"toId\":%d,\"fromId\":%d,\"unread\":1,\"messageIds\":[%d]}"
                .formatted(bob, alice, third));
    for (Request request : requests()) {
      new Webhook(SECRET).verify(request.body(), headers(request));
    }
  }

  @Test
  @DisplayName("tells what files a message carries, and nothing of them once it is recalled")
  void files() {
    long file = as(alice).upload("plan.txt", "text");
    String path = "api/conversations/" + bob + "/messages";
    as(alice).post(path, "{\"attachments\":[" + file + "]}").ok();
    await().atMost(Client.TIMEOUT).until(() -> told().size() == 1);
    assertThat(told().get(0))
        .endsWith(
            "\"content\":\"\",\"timestamp\":\"\",\"attachments\":[{\"fileId\":%d,\"name\":\"plan.txt\",\"type\":\"text/plain\",\"size\":4}]}"
                .formatted(file));
    receiver.behaviour = FakeReceiver.status(503);
    long second =
        Api.number(as(alice).post(path, "{\"attachments\":[" + file + "]}").ok(), "messageId");
    await().atMost(Client.TIMEOUT).until(() -> told().size() >= 2);
    as(alice).post("api/messages/" + second + "/recall", "");
    receiver.behaviour = FakeReceiver.status(200);
    await()
        .atMost(Client.TIMEOUT)
        .until(() -> told().stream().anyMatch(each -> each.startsWith("message.recalled")));
    assertThat(told())
        .filteredOn(each -> each.startsWith("message.stored {\"messageId\":" + second + ","))
        .last()
        .asString()
        .contains("\"recalled\":true")
        .doesNotContain("plan");
  }

  static Map<String, List<String>> headers(Request request) {
    return request.headers().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> List.of(each.getValue())));
  }

  @Test
  @DisplayName(
      "costs no user anything where it is down, and is told after a kill what it has missed")
  void killed() throws Exception {
    receiver.behaviour = (request, connection) -> true; // no answer
    long first = as(alice).sendMessage(bob, "a");
    await().atMost(Client.TIMEOUT).until(() -> told().size() == 1);
    long second = as(alice).sendMessage(bob, "b");
    server.kill();
    receiver.behaviour = FakeReceiver.status(200);
    server = start();
    await()
        .atMost(LEASE)
        .until(() -> told().stream().filter(t -> t.contains("stored")).count() == 3);
    assertThat(
            told().stream()
                .filter(t -> t.contains("stored"))
                .map(t -> t.replaceAll("\\D+(\\d+).*", "$1")))
        .containsExactly("" + first, "" + first, "" + second);
    assertThat(requests().get(0).id()).isEqualTo(requests().get(1).id());
  }

  @Test
  @Order(Integer.MAX_VALUE) // or the next one would start the server again
  @DisplayName("does not keep the server from stopping while its endpoint hangs")
  void stop() throws IOException {
    receiver.behaviour = (request, connection) -> true; // no answer
    as(alice).sendMessage(bob, "a");
    await().atMost(Client.TIMEOUT).until(() -> told().size() == 1);
    int before = Files.readString(server.log()).length();
    server.stop();
    String log = Files.readString(server.log()).substring(before);
    assertThat(log).doesNotContain("could not be told", "waits for the database");
    if (ServerProduct.underTest().isTomcat()) { // Payara may end before its log is written
      assertThat(log).contains("stopped: what was taken in is answered");
    }
  }
}
