package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("postgresql")
@Tag("nginx")
@ExtendWith(Nginx.Installed.class)
@DisplayName("Two servers behind nginx that are replaced one after the other, under load")
class RollingReplacementIT {

  private static final int DEVICES = 3;

  /** Between messages: each reader gets all of them again with each connect. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  private static ServerProcess one;
  private static ServerProcess other;
  private static Nginx nginx;

  private final long alice = Users.next();
  private final long bob = Users.next();
  private final long carol = Users.next();
  private final long dave = Users.next();

  @BeforeAll
  static void start() throws IOException {
    SharedServer.stop(); // it would be a third
    one = launch(TestEnvironment.freePort(), TestEnvironment.folder("one-" + System.nanoTime()));
    other =
        launch(TestEnvironment.freePort(), TestEnvironment.folder("other-" + System.nanoTime()));
    one.awaitUp();
    other.awaitUp();
    await().atMost(Client.TIMEOUT).until(() -> servers(one) == 2 && servers(other) == 2);
    nginx =
        Nginx.start(
            TestEnvironment.folder("nginx-" + System.nanoTime()),
            one.address().getPort(),
            other.address().getPort());
  }

  private static ServerProcess launch(int port, Path folder) throws IOException {
    if (!Files.exists(folder)) {
      Files.createDirectories(folder);
      var unused = ServerProduct.underTest().prepare(folder, port);
      Folders.edit( // as docs/PROXY.md says
          folder.resolve("conf/server.xml"),
          xml ->
              xml.replace("maxThreads=", "bindOnInit=\"false\" maxThreads=")
                  .replace("<Service ", "<Service gracefulStopAwaitMillis=\"1000\" "));
    }
    return ServerProcess.launch(
        port,
        folder,
        Map.of(
            "IMSERVER_DB_URL", TestEnvironment.postgresUrl(),
            "IMSERVER_REPLAY_LIMIT", "1000000",
            "IMSERVER_OUTBOX", "100000",
            "IMSERVER_DRAIN", "3",
            "IMSERVER_TRUSTED_PROXIES", "127.0.0.1"));
  }

  private static int servers(ServerProcess server) {
    return new Api(server.address(), 1).get("api/health").json().getInt("servers");
  }

  @AfterAll
  static void stop() {
    Stream.of(nginx, one, other).filter(each -> each != null).forEach(RollingReplacementIT::close);
  }

  private static void close(AutoCloseable each) {
    try {
      each.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("close with 1001, are reached again at once, and lose, double and mix up nothing")
  void replaced() throws Exception {
    Api daves = new Api(nginx.address(), dave);
    List<Api.Answer> answers = new ArrayList<>();
    List<Reader> readers =
        Stream.of(bob, carol)
            .flatMap(
                user -> Stream.generate(() -> new Reader(nginx.address(), user)).limit(DEVICES))
            .toList();
    List<Sender> senders =
        List.of(
            new Sender(nginx.address(), alice, bob, PAUSE),
            new Sender(nginx.address(), dave, bob, PAUSE),
            new Sender(nginx.address(), bob, carol, PAUSE));
    try {
      awaitMore(senders);
      one = replace(one, daves, answers);
      awaitMore(senders);
      other = replace(other, daves, answers);
      awaitMore(senders);
      senders.forEach(Sender::sendNothingNew);
      await().atMost(Client.TIMEOUT).until(() -> senders.stream().allMatch(Sender::isDone));

      for (Reader reader : readers) {
        List<Long> stored = stored(readers.indexOf(reader) < DEVICES ? bob : carol);
        await().atMost(Client.TIMEOUT).until(() -> List.copyOf(reader.ids()).equals(stored));
        assertThat(reader.received()).allSatisfy(ids -> assertThat(ids).isSorted());
        assertThat(reader.received()).allSatisfy(ids -> assertThat(ids).doesNotHaveDuplicates());
        assertThat(reader.closeCodes()).isNotEmpty().containsOnly(1001);
        assertThat(reader.failures()).isEmpty();
      }
      for (Sender sender : senders) {
        assertThat(sender.closeCodes()).isNotEmpty().containsOnly(1001);
        assertThat(sender.failures()).isEmpty();
      }
      assertThat(answers).as("to POST").isNotEmpty();
      assertThat(answers)
          .filteredOn(answer -> !isCutOff(answer))
          .allSatisfy(answer -> assertThat(answer.status()).as("%s", answer).isEqualTo(201));
      Ledger.assertNothingLostOrDoubled(nginx.address(), bob, senders.subList(0, 2));
      Ledger.assertNothingLostOrDoubled(nginx.address(), carol, senders.subList(2, 3));
      assertThat(stored(alice)).as("by POST").hasSize(texts(answers));
    } finally {
      readers.forEach(RollingReplacementIT::close);
      senders.forEach(RollingReplacementIT::close);
    }
  }

  private static void awaitMore(List<Sender> senders) {
    for (Sender sender : senders) {
      int before = sender.acknowledged().size();
      await().atMost(Client.TIMEOUT).until(() -> sender.acknowledged().size() > before + 50);
    }
  }

  /**
   * The answer of nginx to a request on a connection that the server's port had taken and closed
   * unread, for it was just being closed itself: a POST is not repeated by nginx then.
   */
  private static boolean isCutOff(Api.Answer answer) {
    return answer.status() == 502;
  }

  /** How many texts these are the answers for. */
  private static int texts(List<Api.Answer> answers) {
    return (int) answers.stream().filter(answer -> !isCutOff(answer)).count();
  }

  /**
   * Stops a server, starts it again, and waits until nginx has found that it is back; all the while
   * a client sends over HTTP, and repeats with the same key what was cut off.
   */
  private ServerProcess replace(ServerProcess server, Api sender, List<Api.Answer> answers)
      throws IOException {
    CompletableFuture<ServerProcess> next =
        CompletableFuture.supplyAsync(
            () -> {
              server.stop();
              try {
                return launch(server.address().getPort(), server.folder()).awaitUp();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    int port = server.address().getPort();
    while (!next.isDone() || !nginx.lastAnswered(port)) {
      String text = "post " + texts(answers);
      answers.add(sender.post("api/conversations/" + alice + "/messages", Api.content(text, text)));
    }
    return next.join();
  }

  private static List<Long> stored(long recipient) throws SQLException {
    return SeveralServersIT.query(
        "select id from message where recipient_id = " + recipient + " order by id");
  }

  @Test
  @DisplayName("know the addresses of clients behind it")
  void addresses() throws Exception {
    try (Client client =
        Client.connect(
            nginx.address(), alice, builder -> builder.header("X-Forwarded-For", "203.0.113.7"))) {
      await()
          .atMost(Client.TIMEOUT)
          .until(
              () ->
                  Files.readString(one.log()).contains("203.0.113.7")
                      || Files.readString(other.log()).contains("203.0.113.7"));
      assertThat(client.isOpen()).isTrue();
    }
  }
}
