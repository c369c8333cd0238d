package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocketHandshakeException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithRates
@Tag("sockets")
@DisplayName("A rejected request")
class RejectedRequestsIT {

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();
  private ServerLog log;

  @BeforeEach
  void listen() throws IOException {
    server = SharedServer.address();
    log = ServerLog.listen();
  }

  @AfterEach
  void nothingInTheLog() throws IOException {
    assertThat(log.lines())
        .as("stack traces, warnings and texts of packets in the log")
        .noneMatch(ServerLog.COMPLAINT)
        .noneMatch(line -> line.contains("secret"));
  }

  @Test
  @DisplayName("gets its failure packet, and the connection goes on")
  void failurePackets() {
    try (Client a = Client.connect(server, alice);
        Client b = Client.connect(server, bob)) {
      assertFailure(a, "secret", "", "BAD_PACKET");
      assertFailure(a, "{\"timestamp\":\"1\",\"toId\":", "1", "BAD_PACKET");
      assertFailure(a, packet("2", "\"type\":7"), "2", "UNKNOWN_TYPE");
      assertFailure(
          a, packet("3", "\"type\":0,\"toId\":0,\"content\":\"secret\""), "3", "INVALID_RECIPIENT");
      assertFailure(
          a,
          packet("4", "\"type\":0,\"toId\":-1,\"content\":\"secret\""),
          "4",
          "INVALID_RECIPIENT");
      assertFailure(a, packet("5", to(bob) + ",\"content\":\" \\t\\u3000\""), "5", "EMPTY_CONTENT");
      List<String> blanks = List.of("\\u00a0", "\\u200b", "\\u2800", "\\ufeff", "\\u3164\\u200d");
      for (String blank : blanks) {
        String timestamp = "blank " + blanks.indexOf(blank);
        String content = ",\"content\":\"" + blank + "\"";
        assertFailure(a, packet(timestamp, to(bob) + content), timestamp, "EMPTY_CONTENT");
      }
      assertFailure(
          a,
          packet("6", to(bob) + ",\"content\":\"" + "x".repeat(4001) + "\""),
          "6",
          "CONTENT_TOO_LONG");
      assertFailure(
          a,
          packet("7", to(bob) + ",\"content\":\"secret\",\"fromId\":" + bob),
          "7",
          "FORBIDDEN_SENDER");
      assertFailure(a, packet("8", "\"type\":1,\"content\":\"[1,\""), "8", "BAD_READ_ACK");
      assertFailure(
          a, packet("9", "\"type\":1,\"content\":[1],\"fromId\":" + bob), "9", "FORBIDDEN_SENDER");
      assertFailure(a, packet("10", to(bob) + ",\"content\":\"a\\u0000b\""), "10", "BAD_PACKET");
      assertFailure(a, packet("11", to(bob) + ",\"content\":\"\\ud83d\""), "11", "BAD_PACKET");
      assertFailure(a, packet("12", "\"x\":" + "[".repeat(30_000)), "12", "BAD_PACKET");
      assertFailure(a, packet("13", "\"toId\":1e999999999"), "13", "BAD_PACKET");
      assertFailure(a, packet("14", "\"toId\":1,\"toId\":2"), "14", "BAD_PACKET");
      a.send(packet("15", to(bob) + ",\"content\":\"" + "👋".repeat(4000) + "\""));
      assertThat(a.answer("15").isSuccess()).isTrue();
      a.send(" ".repeat(60_000) + packet("16", to(bob) + ",\"content\":\"last\""));
      assertThat(a.answer("16").isSuccess()).isTrue();
      b.message("last");
      assertThat(b.messages()).as("nothing of the rest was stored").hasSize(2);
    }
  }

  @Test
  @DisplayName("costs the other messages of its batch nothing")
  void othersInTheBatch() {
    try (Client a = Client.connect(server, alice);
        Client b = Client.connect(server, bob)) {
      for (int i = 0; i < 40; i++) {
        a.send(Packet.message(bob, "good" + i, "g" + i));
        a.send(packet("b" + i, to(bob) + ",\"content\":\"bad\\u0000\""));
      }
      assertThat(b.messages(40)).hasSize(40);
      assertThat(a.answer("g39").isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("of too many messages at once is answered with RATE_LIMITED, after a burst of 100")
  void rate() {
    try (Client b = Client.connect(server, bob);
        Client a = Client.connect(server, alice)) {
      for (int i = 0; i < 140; i++) {
        a.send(Packet.message(bob, "m" + i, "t" + i));
      }
      Packet refused = a.await1(Packet::isFailure);
      assertThat(refused.code()).isEqualTo("RATE_LIMITED");
      assertThat(refused.retryable()).isTrue();
      for (int i = 0; i < 100; i++) {
        assertThat(a.answer("t" + i).isSuccess()).isTrue();
      }
    }
  }

  @Test
  @DisplayName(
      "of too many messages is found whatever the connection, a new one too, and over REST")
  void rateOfUser() {
    long begin = System.nanoTime();
    Api rest = new Api(server, alice);
    long stored = 0;
    int sent = 0;
    for (int connection = 0; connection < 20; connection++) {
      try (Client first = Client.connect(server, alice);
          Client second = Client.connect(server, alice)) {
        for (Client client : List.of(first, second)) {
          for (int i = 0; i < 40; i++) {
            client.send(Packet.message(bob, "m" + sent, "t" + i, "c" + sent++));
          }
          client.await1(packet -> !packet.isMessage() && packet.timestamp().equals("t39"));
          await().until(() -> client.received().size() == 40);
          stored += client.received().stream().filter(Packet::isSuccess).count();
        }
      } catch (CompletionException e) { // connects have a budget too
        assertThat(e.getCause()).isInstanceOf(WebSocketHandshakeException.class);
      }
      String path = "api/conversations/" + bob + "/messages";
      stored += rest.post(path, Api.content("r" + connection)).status() == 201 ? 1 : 0;
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertThat(sent).isGreaterThan(1000);
    assertThat(stored).isBetween(100L, (long) (100 + 20 * seconds));
    assertThat(new Api(server, bob).unread()).isEqualTo(stored);
  }

  @Test
  @DisplayName("of too many ids in read-acks is answered with RATE_LIMITED, over REST with 429")
  void readAckRate() {
    Api rest = new Api(server, alice);
    List<Long> ids = LongStream.rangeClosed(1, 1000).boxed().toList();
    try (Client a = Client.connect(server, alice)) {
      a.send(Packet.readAck(ids));
      a.send(Packet.readAck(List.of(1L)));
      Packet refused = a.answer("ack");
      assertThat(refused.code()).isEqualTo("RATE_LIMITED");
      assertThat(refused.retryable()).isTrue();
      Api.Answer answer = rest.post("api/messages/read", "{\"messageIds\":[1]}");
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.code()).isEqualTo("RATE_LIMITED");
    }
    assertThat(rest.get("api/conversations/" + bob + "/messages?markRead=true").status())
        .isEqualTo(200);
    new Api(server, bob).markRead(List.of(1L));
  }

  @Test
  @DisplayName("of too many searches is answered with 429, which tells when to ask again")
  void searchRate() {
    Api api = new Api(server, alice);
    for (int i = 0; i < 20; i++) {
      assertThat(api.get("api/users?name=a").status()).isEqualTo(200);
    }
    Api.Answer answer = firstOf429(api, "api/users?name=a");
    assertThat(answer.code()).isEqualTo("RATE_LIMITED");
    assertThat(answer.json().getBoolean("retryable")).isTrue();
    assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 3);
    assertThat(api.get("api/users/" + bob).status()).as("by id").isEqualTo(429);
    assertThat(api.get("api/users/me").status()).as("is no search").isEqualTo(200);
    assertThat(api.get("api/users/" + alice).status()).as("nor is this").isNotEqualTo(429);
    assertThat(new Api(server, bob).get("api/users?name=a").status()).isEqualTo(200);
    for (int i = 0; i < 40; i++) {
      assertThat(Api.service(server).get("api/users?name=a").status()).isEqualTo(200);
    }
  }

  @Test
  @DisplayName("of too many requests is answered with 429, in the original's form too")
  void requestRate() {
    Api api = new Api(server, alice);
    Api.Answer answer = firstOf429(api, "message/conversationList?page=90&size=100");
    assertThat(answer.header("Retry-After")).isEmpty();
    assertThat(firstOf429(api, "api/unread").code()).isEqualTo("RATE_LIMITED");
    assertThat(new Api(server, bob).get("api/unread").status()).isEqualTo(200);
  }

  /** What a path answers when it is asked too often. */
  private static Api.Answer firstOf429(Api api, String path) {
    for (int i = 0; i < 5000; i++) {
      Api.Answer answer = api.get(path);
      if (answer.status() == 429 || answer.text().contains("\"code\":429")) {
        return answer;
      }
      assertThat(answer.status()).isEqualTo(200);
    }
    throw new AssertionError("no end of " + path);
  }

  @Test
  @DisplayName("of too many connects is refused with 429 before the upgrade, for a while")
  void connectRate() {
    int refusals = 0;
    for (int i = 0; i < 100 && refusals < 3; i++) {
      int status = statusOfConnect(alice);
      assertThat(status).isIn(101, 429);
      refusals += status == 429 ? 1 : 0;
      assertThat(refusals == 0 || i >= 30).isTrue();
    }
    assertThat(refusals).isEqualTo(3);
    Client.connect(server, bob).close();
    assertThat(Client.refusal(server, "x")).as("a stranger").isEqualTo(401);
    await().atMost(Client.TIMEOUT).until(() -> statusOfConnect(alice) == 101);
  }

  private int statusOfConnect(long user) {
    try (Client client = Client.connect(server, user)) {
      return 101;
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        assertThat(refused.getResponse().headers().firstValue("Retry-After"))
            .hasValueSatisfying(seconds -> assertThat(seconds).matches("[1-9]"));
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }

  @Test
  @DisplayName("of too many messages over REST is answered with 429, after a burst of 100")
  void rateOverRest() {
    Api api = new Api(server, alice);
    Api.Answer answer;
    int sent = 0;
    do {
      answer = api.post("api/conversations/" + bob + "/messages", Api.content("m" + sent));
    } while (answer.status() == 201 && ++sent < 10_000);
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.code()).isEqualTo("RATE_LIMITED");
    assertThat(answer.json().getBoolean("retryable")).isTrue();
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(sent).isGreaterThanOrEqualTo(100);
    assertThat(new Api(server, bob).unread()).isEqualTo(sent);
    api.markRead(List.of(1L)); // is not sending
  }

  @Test
  @DisplayName("closes with 1009 where a frame is too large")
  void tooLarge() {
    for (String text :
        List.of(
            "x".repeat(65_537),
            " ".repeat(1 << 20),
            "中".repeat(30_000),
            "x".repeat(5 << 20),
            "x".repeat(16 << 20))) {
      assertTooLarge(a -> a.send(text));
    }
    assertTooLarge(a -> IntStream.range(0, 20).forEach(i -> a.sendPart("x".repeat(4096))));
  }

  private void assertTooLarge(Consumer<Client> sending) {
    try (Client a = Client.connect(server, alice)) {
      Throwable closedMeanwhile = catchThrowable(() -> sending.accept(a));
      assertThat(closedMeanwhile == null || closedMeanwhile.getCause() instanceof IOException)
          .as("%s", closedMeanwhile)
          .isTrue();
      assertThat(a.closeCode()).isEqualTo(1009);
    }
  }

  @Test
  @DisplayName("closes with 1003 where a frame is binary")
  void binary() {
    try (Client a = Client.connect(server, alice)) {
      a.sendBinary(new byte[] {1, 2, 3});
      assertThat(a.closeCode()).isEqualTo(1003);
    }
  }

  @Test
  @DisplayName(
      "closes with 1003 a thousand clients that begin with it, and no other handshake fails")
  void binaryAtOnce() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(8);
    try {
      List<Callable<String>> all =
          Collections.nCopies(
              1000,
              () -> {
                try (Client client = Client.connect(server, Users.next())) {
                  client.sendBinary(new byte[] {1});
                  return client.closeCode() + " " + client.closeReason();
                }
              });
      for (Future<String> closed : clients.invokeAll(all)) {
        assertThat(closed.get()).isEqualTo("1003 binary frames are not accepted");
      }
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  @DisplayName("closes with 1007 where text is not UTF-8")
  void notUtf8() throws IOException {
    try (RawClient a = RawClient.connect(server, alice)) {
      a.send(RawClient.TEXT, new byte[] {'{', (byte) 0xc3, 0x28, '}'});
      assertThat(a.readToClose()).isEqualTo(1007);
    }
    try (RawClient a = RawClient.connect(server, alice)) { // a surrogate, as CESU-8 has it
      a.send(RawClient.TEXT, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
      assertThat(a.readToClose()).isEqualTo(1007);
    }
  }

  @Test
  @DisplayName("is thrown out with 4429 after fifty failures in a minute")
  void fiftyFailures() {
    try (Client a = Client.connect(server, alice)) {
      for (int i = 0; i < 51; i++) {
        a.send("{}");
      }
      assertThat(a.closeCode()).isEqualTo(4429);
      assertThat(a.received()).hasSize(50).allMatch(Packet::isFailure);
    }
  }

  @Test
  @DisplayName("is not many read-acks within the limit; past it they end with 4429")
  void manyReadAcks() {
    try (Client other = Client.connect(server, alice);
        Client a = Client.connect(server, alice)) {
      for (long i = 1; i <= 60; i++) {
        a.send(Packet.readAck(List.of(i)));
      }
      a.send(Packet.message(bob, "after many", "t"));
      assertThat(a.answer("t").isSuccess()).isTrue();
      assertThat(a.received()).noneMatch(Packet::isFailure);
      try {
        for (long i = 1; i <= 5000 && a.isOpen(); i++) {
          a.send(Packet.readAck(List.of(i)));
        }
      } catch (CompletionException e) {
        assertThat(e.getCause()).as("it is closed meanwhile").isInstanceOf(IOException.class);
      }
      assertThat(a.closeCode()).isEqualTo(4429);
      assertThat(a.received())
          .filteredOn(Packet::isFailure)
          .hasSize(50)
          .allMatch(failure -> failure.code().equals("RATE_LIMITED") && failure.retryable());
      assertThat(other.isOpen()).as("the user's other connection").isTrue();
    }
  }

  private static void assertFailure(Client client, String packet, String timestamp, String code) {
    client.send(packet);
    Packet failure = client.answer(timestamp);
    assertThat(failure.isFailure()).as(failure.toString()).isTrue();
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.retryable()).isFalse();
    assertThat(failure.content()).isEmpty();
    assertThat(failure.describe())
        .doesNotContainIgnoringCase("exception")
        .doesNotContain("imserver", "jakarta", "java.", "secret");
  }

  private static String packet(String timestamp, String fields) {
    return "{\"timestamp\":\"" + timestamp + "\"," + fields + "}";
  }

  private static String to(long user) {
    return "\"type\":0,\"toId\":" + user;
  }
}
