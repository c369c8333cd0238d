package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithLimits
@Tag("sockets")
@DisplayName("A limit")
class ConfiguredLimitsIT {

  static final int CONNECTIONS = 3;
  static final int REPLAY = 20;
  static final int OUTBOX = 50;

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeEach
  void address() {
    server = SharedServer.address();
  }

  @Test
  @DisplayName("on the search for users keeps everybody from it")
  void userSearch() {
    Api.Answer answer = new Api(server, alice).get("api/users?name=a");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo("FORBIDDEN");
  }

  @Test
  @DisplayName("on the search for users keeps from everybody the entries of strangers")
  void entries() {
    Api.service(server)
        .put("api/users", "{\"users\":[{\"id\":%d,\"name\":\"Bob\"}]}".formatted(bob))
        .ok();
    Api a = new Api(server, alice);
    for (long stranger : List.of(bob, Users.next())) {
      Api.Answer answer = a.get("api/users/" + stranger);
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.code()).isEqualTo("FORBIDDEN");
    }
    a.sendMessage(bob, "hello");
    assertThat(a.get("api/users/" + bob).ok().getString("name")).isEqualTo("Bob");
  }

  @Test
  @DisplayName("on metrics has none")
  void metrics() {
    assertThat(new Api(server, null).get("api/metrics").status()).isEqualTo(404);
  }

  @Test
  @DisplayName("on the log makes each line of ours JSON, with the connection and the user")
  void jsonLog() throws IOException {
    ServerLog log = ServerLog.listen();
    Client.connect(server, alice).close();
    await()
        .untilAsserted(
            () ->
                assertThat(log.lines())
                    .filteredOn(line -> line.contains("user=" + alice))
                    .filteredOn(line -> line.contains("closed "))
                    .hasSize(1)
                    .allSatisfy(
                        line -> {
                          JsonObject event = Json.createReader(new StringReader(line)).readObject();
                          assertThat(event.getString("user.id")).isEqualTo(Long.toString(alice));
                          assertThat(event.getString("message"))
                              .startsWith("closed " + event.getString("connection.id"));
                        }));
  }

  @Test
  @DisplayName("of connections closes a user's oldest with 4409")
  void connections() {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS + 1; i++) {
      Client client = Client.connect(server, alice);
      client.send("{}").await1(Packet::isFailure); // the server has them in this order
      clients.add(client);
    }
    assertThat(clients.get(0).closeCode()).isEqualTo(4409);
    assertThat(clients.subList(1, clients.size())).allMatch(Client::isOpen);
    clients.forEach(Client::close);
  }

  @Test
  @DisplayName(
      "of connections leaves one that was closed without effect, whatever it goes on sending")
  void nothingFromTheClosed() throws IOException {
    try (RawClient oldest = RawClient.connect(server, alice)) {
      oldest.send(RawClient.TEXT, "{}".getBytes(StandardCharsets.UTF_8));
      oldest.read(); // a failure: the server has opened it before it opens the others
      Client other = Client.connect(server, alice);
      awaitKnown(alice);
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS - 1; i++) {
        clients.add(Client.connect(server, alice));
      }
      assertThat(oldest.readToClose()).isEqualTo(4409);
      for (int i = 0; i < 20; i++) {
        String packet = Packet.message(alice, "from the closed", "c" + i);
        oldest.send(RawClient.TEXT, packet.getBytes(StandardCharsets.UTF_8));
      }
      assertThat(oldest.readToEnd()).isEmpty();
      other.send(Packet.message(alice, "from the open", "o"));
      other.message("from the open");
      assertThat(other.contents()).doesNotContain("from the closed");
      clients.forEach(Client::close);
      other.close();
    }
  }

  @Test
  @DisplayName(
      "of connections holds where many are opened at once, and what the others send is stored")
  void connectionsAtOnce() {
    List<CompletableFuture<Client>> opening =
        IntStream.range(0, 30)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> Client.connect(server, alice)))
            .toList();
    List<Client> clients = opening.stream().map(CompletableFuture::join).toList();
    await()
        .atMost(Client.TIMEOUT)
        .until(() -> clients.stream().filter(Client::isOpen).count() == CONNECTIONS);
    assertThat(clients)
        .filteredOn(client -> !client.isOpen())
        .allMatch(client -> client.closeCode() == 4409);
    assertThat(clients)
        .filteredOn(Client::isOpen)
        .allMatch(
            client -> client.send("{}").await1(Packet::isFailure).code().equals("UNKNOWN_TYPE"));
    clients.forEach(Client::close);
  }

  @Test
  @DisplayName(
      "of what waits to be stored keeps room for others where nine sockets only mark as read")
  void readAcks() throws Exception {
    try (Client b = Client.connect(server, bob)) {
      awaitKnown(bob);
    }
    List<Long> users = List.of(Users.next(), Users.next(), Users.next());
    List<Client> readers = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      readers.add(Client.connect(server, users.get(i % 3)));
    }
    AtomicBoolean enough = new AtomicBoolean();
    List<CompletableFuture<Void>> floods =
        readers.stream()
            .map(
                reader ->
                    CompletableFuture.runAsync(
                        () -> {
                          for (long i = 1; i <= 20_000 && !enough.get() && reader.isOpen(); i++) {
                            reader.send(Packet.readAck(List.of(i)));
                          }
                        }))
            .toList();
    try (Client a = Client.connect(server, alice)) {
      for (int i = 0; i < 100; i++) {
        a.send(Packet.message(bob, "m" + i, "t" + i));
        assertThat(a.answer("t" + i).isSuccess()).isTrue();
      }
    } finally {
      enough.set(true);
      CompletableFuture.allOf(floods.toArray(CompletableFuture[]::new)).handle((x, y) -> x).join();
      readers.forEach(Client::close);
    }
  }

  @Test
  @DisplayName("of the replay pushes the oldest unread messages, then what comes live")
  void replay() {
    try (Client b = Client.connect(server, bob)) {
      awaitKnown(bob);
    }
    try (Client a = Client.connect(server, alice)) {
      for (int i = 0; i < REPLAY + 10; i++) {
        a.send(Packet.message(bob, "m" + i, "t" + i));
      }
      a.answer("t" + (REPLAY + 9));
      try (Client b = Client.connect(server, bob)) {
        b.messages(REPLAY);
        a.send(Packet.message(bob, "live", "live"));
        b.message("live");
        assertThat(b.messages()).hasSize(REPLAY + 1);
      }
    }
  }

  @Test
  @DisplayName(
      "of the outbox drops a client that reads too slowly, costs the others nothing, and loses nothing")
  void slowReader() throws IOException {
    String text = "x".repeat(3900);
    int count = 5000; // 20 MB, more than the system's buffers hold for a slow client
    try (RawClient slow = RawClient.connect(server, bob);
        Client other = Client.connect(server, bob);
        Client a = Client.connect(server, alice)) {
      awaitKnown(bob);
      RawClient.Frame last = slow.read(); // the probe
      for (int i = 0; i < count; i++) {
        a.send(Packet.message(bob, i + text, "t" + i));
        if (i % 25 == 24) { // no faster than a reader reads, on a machine of any speed
          other.message(i + text);
        }
        if (i % 3 == 0 && last.opcode() != RawClient.CLOSE) { // but three times as fast as this one
          last = slow.read();
        }
      }
      assertThat(a.answer("t" + (count - 1)).isSuccess()).isTrue();
      while (last.opcode() != RawClient.CLOSE) {
        last = slow.read();
      }
      assertThat(last.closeCode()).isEqualTo(4508);
    }
    try (Client back = Client.connect(server, bob)) {
      assertThat(back.messages(REPLAY)).hasSize(REPLAY);
    }
  }

  @Test
  @DisplayName("of recipients refuses whom the directory does not know, where it is so configured")
  void unknownRecipient() {
    try (Client a = Client.connect(server, alice)) {
      awaitKnown(alice);
      a.send(Packet.message(Users.next(), "to nobody", "t"));
      assertThat(a.answer("t").code()).isEqualTo("UNKNOWN_RECIPIENT");
      Api api = new Api(server, alice);
      Api.Answer answer =
          api.post("api/conversations/" + Users.next() + "/messages", Api.content("x"));
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("UNKNOWN_RECIPIENT");
      a.send(Packet.message(alice, "to myself", "t2"));
      assertThat(a.answer("t2").isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("does not keep the server from saying that it is well")
  void health() throws Exception {
    HttpResponse<String> health =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(server.resolve("/teaching/api/health")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body())
        .matches(
            "\\{\"status\":\"up\",\"database\":\"up\",\"authMode\":\"open\","
                + "\"servers\":\\d+,\"bus\":\"(up|down)\"}"); // a killed server counts for a while
  }

  /** A user who has connected is entered into the directory soon after. */
  private void awaitKnown(long user) {
    long probe = Users.next();
    try (Client sender = Client.connect(server, probe)) {
      await()
          .atMost(Client.TIMEOUT)
          .pollInterval(Duration.ofMillis(500)) // a connection may fail fifty times a minute
          .until(
              () -> {
                String timestamp = "p" + System.nanoTime();
                sender.send(Packet.message(user, "probe", timestamp));
                return sender.answer(timestamp).isSuccess();
              });
    }
  }
}
