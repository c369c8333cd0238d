package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@ArquillianTest
@RunAsClient
@Tag("postgresql")
@DisplayName("A database that is stopped and started under load")
class DatabaseRestartIT {

  private static final Path DATA = TestEnvironment.folder("postgres-" + System.nanoTime());
  private static int port;
  private static EmbeddedPostgres postgres;

  @ArquillianResource private URL url;

  @Deployment(testable = false)
  static WebArchive war() throws IOException {
    port = TestEnvironment.freePort();
    startDatabase();
    return Wars.with(
        Map.of(
            "IMSERVER_DB_URL", postgres.getJdbcUrl("postgres", "postgres"),
            "IMSERVER_REPLAY_LIMIT", "1000000",
            "IMSERVER_OUTBOX", "100000"));
  }

  private static void startDatabase() throws IOException {
    postgres =
        EmbeddedPostgres.builder()
            .setPort(port)
            .setDataDirectory(DATA)
            .setCleanDataDirectory(false)
            .start();
  }

  @AfterAll
  static void stopDatabase() throws IOException {
    postgres.close();
  }

  @Test
  @DisplayName(
      "is answered with STORAGE_UNAVAILABLE, heals by itself, and nothing acknowledged is lost")
  void restart() throws Exception {
    URI server = URI.create(url.toString());
    long recipient = Users.next();
    List<Sender> senders =
        IntStream.range(0, 4).mapToObj(i -> new Sender(server, Users.next(), recipient)).toList();
    try (Client witness = Client.connect(server, Users.next())) {
      for (int restart = 0; restart < 2; restart++) {
        int before = acknowledged(senders);
        await().atMost(Client.PATIENCE).until(() -> acknowledged(senders) > before + 500);
        postgres.close();
        String mark = "down " + restart;
        witness.send(Packet.message(recipient, mark, mark));
        assertThat(witness.answer(mark).code()).isEqualTo("STORAGE_UNAVAILABLE");
        assertThat(witness.answer(mark).retryable()).isTrue();
        assertThat(listings(server)).succeedsWithin(Client.PATIENCE).asList().containsOnly(503);
        startDatabase();
      }
      int before = acknowledged(senders);
      await().atMost(Client.PATIENCE).until(() -> acknowledged(senders) > before + 500);
      senders.forEach(Sender::sendNothingNew);
      await().atMost(Client.PATIENCE).until(() -> senders.stream().allMatch(Sender::isDone));
      Ledger.assertNothingLostOrDoubled(server, recipient, senders);
    } finally {
      for (Sender sender : senders) {
        sender.close();
      }
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
