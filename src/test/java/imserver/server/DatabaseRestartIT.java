package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("postgresql")
@DisplayName("A database that is stopped and started under load")
class DatabaseRestartIT {

  private static final Path DATA = TestEnvironment.folder("postgres-" + System.nanoTime());
  private static int port;
  private static EmbeddedPostgres postgres;
  private static ServerProcess process;

  @BeforeAll
  static void start() throws IOException {
    port = TestEnvironment.freePort();
    startDatabase();
    process =
        ServerProcess.start(
            TestEnvironment.freePort(),
            TestEnvironment.folder("restart-" + System.nanoTime()),
            Map.of(
                "IMSERVER_DB_URL", postgres.getJdbcUrl("postgres", "postgres"),
                "IMSERVER_REPLAY_LIMIT", "1000000",
                "IMSERVER_OUTBOX", "100000"));
  }

  private static void startDatabase() throws IOException {
    postgres =
        TestEnvironment.database()
            .setPort(port)
            .setDataDirectory(DATA)
            .setCleanDataDirectory(false)
            .start();
  }

  @AfterAll
  static void stop() throws IOException {
    try {
      if (process != null) {
        process.close();
      }
    } finally {
      postgres.close();
    }
  }

  @Test
  @DisplayName(
      "is answered with STORAGE_UNAVAILABLE, heals by itself, and nothing acknowledged is lost")
  void restart() throws Exception {
    URI server = process.address();
    long recipient = Users.next();
    List<Sender> senders =
        IntStream.range(0, 4).mapToObj(i -> new Sender(server, Users.next(), recipient)).toList();
    try (Client witness = Client.connect(server, Users.next())) {
      for (int restart = 0; restart < 2; restart++) {
        int before = acknowledged(senders);
        await().atMost(Client.TIMEOUT).until(() -> acknowledged(senders) > before + 500);
        postgres.close();
        String mark = "down " + restart;
        witness.send(Packet.message(recipient, mark, mark));
        assertThat(witness.answer(mark).code()).isEqualTo("STORAGE_UNAVAILABLE");
        assertThat(witness.answer(mark).retryable()).isTrue();
        assertThat(listings(server)).succeedsWithin(Client.TIMEOUT).asList().containsOnly(503);
        startDatabase();
      }
      int before = acknowledged(senders);
      await().atMost(Client.TIMEOUT).until(() -> acknowledged(senders) > before + 500);
      senders.forEach(Sender::sendNothingNew);
      await().atMost(Client.TIMEOUT).until(() -> senders.stream().allMatch(Sender::isDone));
      Ledger.assertNothingLostOrDoubled(server, recipient, senders);
    } finally {
      for (Sender sender : senders) {
        sender.close();
      }
    }
  }

  @Test
  @DisplayName("that hangs is reported in time, and nothing is lost or doubled when it goes on")
  void hang() throws Exception {
    URI server = process.address();
    long bob = Users.next();
    Api alice = new Api(server, Users.next());
    String path = "api/conversations/" + bob + "/messages";
    alice.sendMessage(bob, "before");
    List<ProcessHandle> processes = processes();
    try (Client reader = Client.connect(server, bob)) {
      signal("STOP", processes);
      reader.send(Packet.readAck(List.of(1L)));
      assertThat(alice.send(alice.request("api/health").timeout(Duration.ofSeconds(2))).status())
          .isEqualTo(503);
      for (HttpRequest.Builder request :
          List.of(
              alice.request("api/unread"),
              alice
                  .request(path)
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(Api.content("hung", "the-id"))))) {
        Api.Answer answer = alice.send(request.timeout(Duration.ofSeconds(6)));
        assertThat(answer.code()).isEqualTo("STORAGE_UNAVAILABLE");
        assertThat(answer.status()).isEqualTo(503);
      }
      assertThat(reader.answer("ack").code()).isEqualTo("STORAGE_UNAVAILABLE");
    } finally {
      signal("CONT", processes);
    }
    await().atMost(Client.TIMEOUT).until(() -> alice.get("api/health").status() == 200);
    await()
        .atMost(Client.TIMEOUT)
        .until(() -> alice.post(path, Api.content("hung", "the-id")).status() == 201);
    assertThat(Api.contents(alice.history(bob, ""))).containsExactly("hung", "before");
  }

  private static List<ProcessHandle> processes() throws IOException {
    String pid = Files.readAllLines(DATA.resolve("postmaster.pid")).get(0);
    ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    return Stream.concat(Stream.of(postmaster), postmaster.children()).toList();
  }

  private static void signal(String signal, List<ProcessHandle> processes) throws Exception {
    for (ProcessHandle process : processes) {
      new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
    }
  }

  /** What is answered to several who ask one after the other, as those that wait in a lane do. */
  private static CompletableFuture<List<Integer>> listings(URI server) {
    Api user = new Api(server, Users.next());
    return CompletableFuture.supplyAsync(
        () ->
            Stream.of("conversations", "users?name=a", "conversations", "users?name=a", "unread")
                .map(path -> user.get("api/" + path).status())
                .toList());
  }

  private static int acknowledged(List<Sender> senders) {
    return senders.stream().mapToInt(sender -> sender.acknowledged().size()).sum();
  }
}
