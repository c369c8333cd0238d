package imserver.server;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code -Dimserver.test.redeploys=50} for more rounds than the build can wait for. */
@Tag("h2")
@Tag("hot-deploy")
@DisplayName("An application that is undeployed and deployed again and again")
class RedeployLeakIT {

  private static final int ROUNDS = Integer.getInteger("imserver.test.redeploys", 3);

  /** With all that has threads of its own; the host application is down. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          entry("IMSERVER_REPLAY_LIMIT", "1000000"),
          entry("IMSERVER_WEBHOOK_URL", "http://127.0.0.1:1/"),
          entry("IMSERVER_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
          entry("IMSERVER_UNSEEN", "5"),
          entry("IMSERVER_RETENTION", "1"),
          entry("IMSERVER_POLICY_URL", "http://127.0.0.1:1/"),
          entry("IMSERVER_POLICY_FAILURE", "allow"),
          entry("IMSERVER_S3_BUCKET", "files"),
          entry("IMSERVER_S3_ENDPOINT", "http://127.0.0.1:1/"),
          entry("IMSERVER_S3_ACCESS_KEY", "a"),
          entry("IMSERVER_S3_SECRET_KEY", "k"));

  private static final Duration REDEPLOY_TIMEOUT = Duration.ofSeconds(60);

  @Test
  @DisplayName(
      "closes its connections with 1001, loses nothing, and leaves no class loader and no thread")
  void redeploy() throws Exception {
    Path folder = TestEnvironment.folder("redeploy-" + System.nanoTime());
    ServerProduct product = ServerProduct.underTest();
    long bob = Users.next();
    try (ServerProcess server = ServerProcess.start(TestEnvironment.freePort(), folder, SETTINGS)) {
      for (int round = 0; round < ROUNDS; round++) {
        try (Client a = Client.connect(server.address(), Users.next());
            Client b = Client.connect(server.address(), bob)) {
          converse(a, b, bob, round);
          product.undeploy(folder);
          assertThat(a.closeCode()).isEqualTo(1001);
          assertThat(b.closeCode()).isEqualTo(1001);
          assertThat(b.closeReason()).isEqualTo("server stopping");
        }
        patiently().until(() -> !server.isUp());
        patiently().untilAsserted(() -> assertThat(threads(server)).isEmpty());
        product.deploy(folder);
        patiently().until(server::isUp);
      }
      try (Client a = Client.connect(server.address(), Users.next());
          Client b = Client.connect(server.address(), bob)) {
        converse(a, b, bob, ROUNDS); // the JVM keeps the last user of some methods of records
      }
      patiently()
          .untilAsserted(
              () ->
                  assertThat(classLoaders(server))
                      .as("of ours")
                      .isBetween(1L, 1L + product.applicationsKept()));
      assertThat(Files.readAllLines(server.log())).noneMatch(RedeployLeakIT::tellsOfALeak);
    }
  }

  private static ConditionFactory patiently() {
    return await().atMost(REDEPLOY_TIMEOUT).pollInterval(ServerProcess.INTERVAL);
  }

  private static boolean tellsOfALeak(String line) {
    boolean ofAScan =
        line.contains("[unknown]"); // a class loader of Payara's own, before it deploys
    return (line.contains("memory leak") && !ofAScan) || line.contains("failed to stop");
  }

  /** A message more in each round, and all of them still unread. */
  private static void converse(Client a, Client b, long bob, int round) {
    assertThat(b.messages(round)).hasSize(round);
    a.send(Packet.message(bob, "round " + round, "t"));
    assertThat(a.answer("t").isSuccess()).isTrue();
    b.message("round " + round);
  }

  /**
   * The names of the threads of ours and of our libraries, after a full collection: the thread of
   * Java's HTTP client, which cannot be closed before Java 21, ends when the client is garbage.
   */
  private static List<String> threads(ServerProcess server)
      throws IOException, InterruptedException {
    Threads.jcmd(server, "GC.run");
    return Threads.jcmd(server, "Thread.print")
        .lines()
        .filter(line -> line.startsWith("\""))
        .map(line -> line.substring(1, line.indexOf('"', 1)))
        .filter(name -> name.matches("(imserver|weld|agroal|H2|MVStore|HttpClient).*"))
        .toList();
  }

  /**
   * How many class loaders have loaded us: each has an enum of its own. After a full collection.
   */
  private static long classLoaders(ServerProcess server) throws IOException, InterruptedException {
    return Threads.jcmd(server, "GC.class_histogram")
        .lines()
        .filter(line -> line.endsWith(" imserver.packet.CloseCode"))
        .count();
  }
}
