package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithServer
@Tag("sockets")
@DisplayName("A connection, beside many others,")
class ConnectionIsolationIT {

  private static final int CONNECTIONS = 200;
  private static final int MESSAGES = 15; // of 200: what waits for over 5 s is refused
  private static final int UNREAD = 300;

  /** Of 12 kB each; Linux lets a socket's buffer grow to 4 MB. */
  private static final int MORE_THAN_A_SOCKET_TAKES = 500;

  @Test
  @DisplayName("of 200 that send at once has nothing lost, doubled or out of order")
  void allAtOnce() {
    URI server = SharedServer.address();
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
          .atMost(Client.TIMEOUT)
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

  /**
   * A pong of the container waits for the client, and what it leaves behind made threads of ours
   * wait for ever.
   */
  @Test
  @DisplayName("that reads nothing and pings keeps no thread, and costs no other user anything")
  void pingsUnread() throws Exception {
    URI server = SharedServer.address();
    long bob = Users.next();
    String text = "好".repeat(4000);
    try (Client a = Client.connect(server, Users.next())) {
      for (int i = 0; i < UNREAD; i++) {
        a.send(Packet.message(bob, text, "t" + i));
      }
      a.answer("t" + (UNREAD - 1));
    }
    List<RawClient> deaf = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      deaf.add(RawClient.connect(server, bob));
    }
    long alice = Users.next();
    try (Client a = Client.connect(server, alice)) {
      for (int round = 0; round < 20; round++) {
        for (RawClient client : deaf) {
          pingOrGiveUp(client);
        }
        a.send(Packet.message(alice, "round " + round, "r" + round));
        a.message("round " + round);
      }
    }
    for (RawClient client : deaf) {
      client.reset();
    }
    await().atMost(Client.TIMEOUT).untilAsserted(() -> assertThat(waiting()).isEmpty());
  }

  /** Tomcat gives a socket on which it has sent a pong the time that it gives a pong. */
  @Test
  @DisplayName(
      "that has pinged and then reads slowly gets all, however long a packet is on its way")
  void pingedAndSlow() throws Exception {
    URI server = SharedServer.address();
    long bob = Users.next();
    ServerLog log = ServerLog.listen();
    String end = "user=" + bob + " code=";
    try (RawClient slow = RawClient.connect(server, bob);
        Client a = Client.connect(server, Users.next())) {
      slow.send(RawClient.PING, new byte[] {1});
      assertThat(slow.read().opcode()).isEqualTo(RawClient.PONG);
      String text = "好".repeat(4000);
      for (int i = 0; i < MORE_THAN_A_SOCKET_TAKES; i++) {
        a.send(Packet.message(bob, text, "t" + i));
      }
      a.answer("t" + (MORE_THAN_A_SOCKET_TAKES - 1));
      await() // Tomcat looks for what takes too long once a second
          .during(Duration.ofSeconds(4))
          .until(() -> log.lines().stream().noneMatch(line -> line.contains(end)));
      for (int i = 0; i < MORE_THAN_A_SOCKET_TAKES; i++) {
        RawClient.Frame frame = slow.read();
        assertThat(frame.opcode()).as("message %d", i).isEqualTo(RawClient.TEXT);
        Packet packet = Packet.parse(new String(frame.payload(), StandardCharsets.UTF_8));
        assertThat(packet.timestamp()).isEqualTo("t" + i);
      }
    }
  }

  private static void pingOrGiveUp(RawClient client) {
    try {
      client.send(RawClient.PING, new byte[] {1});
    } catch (IOException e) {
      // the server has closed it: that is its right
    }
  }

  /** The stacks of the server's threads that are writing to a client. */
  private static List<String> waiting() throws IOException, InterruptedException {
    return Threads.of(SharedServer.running()).stream()
        .filter(stack -> stack.contains("vectoredOperation") || stack.contains("sendMessageBlock"))
        .toList();
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
