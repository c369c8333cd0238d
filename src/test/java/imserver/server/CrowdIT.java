package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@ArquillianTest
@RunAsClient
@DisplayName("A crowd")
class CrowdIT {

  private static final int CONNECTIONS = 200;
  private static final int MESSAGES = 50;

  @ArquillianResource private URL url;

  @Deployment(testable = false)
  static WebArchive war() {
    return Wars.with(Map.of());
  }

  @Test
  @DisplayName(
      "of 200 connections sends at once: nothing lost, doubled or out of order for any sender")
  void allAtOnce() {
    URI server = URI.create(url.toString());
    long first = Users.next();
    List<Long> users =
        IntStream.range(0, CONNECTIONS).mapToObj(i -> i == 0 ? first : Users.next()).toList();
    List<Client> clients = users.stream().map(user -> Client.connect(server, user)).toList();
    clients.parallelStream()
        .forEach(
            client -> {
              int self = clients.indexOf(client);
              for (int i = 0; i < MESSAGES; i++) {
                long to = users.get((self + 1 + i % 3) % CONNECTIONS);
                client.send(Packet.message(to, self + ":" + i, "t" + i));
              }
            });
    for (Client client : clients) {
      client.answer("t" + (MESSAGES - 1));
      await()
          .atMost(Client.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(client.received().stream().filter(Packet::isSuccess))
                      .extracting(Packet::timestamp)
                      .containsExactlyInAnyOrderElementsOf(timestamps()));
    }
    for (int self = 0; self < CONNECTIONS; self++) {
      Client client = clients.get(self);
      List<String> expected = expectedAt(self);
      assertThat(client.messages(expected.size()))
          .extracting(Packet::content)
          .containsExactlyInAnyOrderElementsOf(expected);
      for (int step = 1; step <= 3; step++) {
        int sender = Math.floorMod(self - step, CONNECTIONS);
        assertThat(client.contents().stream().filter(text -> text.startsWith(sender + ":")))
            .containsExactlyElementsOf(from(sender, step));
      }
    }
    clients.forEach(Client::close);
  }

  private static List<String> timestamps() {
    return IntStream.range(0, MESSAGES).mapToObj(i -> "t" + i).toList();
  }

  private static List<String> expectedAt(int self) {
    return IntStream.rangeClosed(1, 3)
        .boxed()
        .flatMap(step -> from(Math.floorMod(self - step, CONNECTIONS), step).stream())
        .toList();
  }

  /** What {@code sender} sends to the user {@code step} places after it. */
  private static List<String> from(int sender, int step) {
    return IntStream.range(0, MESSAGES)
        .filter(i -> i % 3 == step - 1)
        .mapToObj(i -> sender + ":" + i)
        .toList();
  }
}
