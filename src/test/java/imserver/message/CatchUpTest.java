package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.Change;
import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Changes;
import imserver.packet.CloseCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Users on several servers")
class CatchUpTest extends SiteFixture {

  @ParameterizedTest
  @CsvSource({"0.1, 1", "0.1, 2", "0.1, 3", "0.5, 4", "1, 5"})
  @DisplayName("get all messages in order and once, whatever the bus loses, doubles and reorders:")
  void everything(double faults, long seed) {
    Random random = new Random(seed);
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      servers.add(new Server());
    }
    List<Socket> sockets = new ArrayList<>();
    Map<Server, List<List<Change>>> underWay = new HashMap<>();
    servers.forEach(server -> underWay.put(server, new ArrayList<>()));
    for (int step = 0; step < 2000; step++) {
      Server server = servers.get(random.nextInt(SERVERS));
      long user = 1 + random.nextInt(USERS);
      if (random.nextInt(100) == 0) {
        sockets.add(server.connect(user));
      } else if (random.nextInt(3) == 0) {
        server.read(user, 1 + random.nextInt(step + 1));
      } else {
        server.send(user, 1 + random.nextInt(USERS), "m" + step);
      }
      publish(server, underWay, faults, random);
      receive(servers.get(random.nextInt(SERVERS)), underWay, faults, random);
    }
    servers.forEach(Server::compare);
    await()
        .untilAsserted(
            () -> {
              servers.forEach(Server::look);
              for (Socket socket : sockets) {
                assertThat(socket.ids()).isEqualTo(expected(socket));
              }
            });
    assertThat(sockets).isNotEmpty().allMatch(socket -> socket.connection().isOpen());
  }

  @Test
  @DisplayName("catch up when the database answers again")
  void databaseDown() {
    Server server = new Server();
    Socket socket = server.connect(1);
    new Server().send(2, 1, "unheard");
    down = true;
    server.compare();
    server.look();
    down = false;
    await()
        .untilAsserted(
            () -> {
              server.compareIfToldTo();
              server.look();
              assertThat(socket.ids()).hasSize(1).isEqualTo(expected(socket));
            });
  }

  @Test
  @DisplayName("catch up where the database was down when their frames began to be heard")
  void downWhenFollowed() {
    Server server = new Server();
    Socket socket = server.connect(1);
    new Server().send(2, 1, "unheard");
    down = true;
    server.listener.compare(List.of(1L));
    server.workers.runSoon();
    down = false;
    await()
        .untilAsserted(
            () -> {
              server.compareIfToldTo();
              server.look();
              assertThat(socket.ids()).hasSize(1).isEqualTo(expected(socket));
            });
    assertThat(server.workers.delays).as("beside the looks").hasSize(1);
  }

  @Test
  @DisplayName("catch up when their frames begin to be heard, without the others")
  void compareSome() {
    Server server = new Server();
    List<Socket> sockets = List.of(server.connect(1), server.connect(3));
    Server other = new Server();
    other.send(2, 1, "unheard");
    other.send(2, 3, "unheard, too");
    server.listener.compare(List.of(1L));
    server.workers.runSoon();
    server.lookUntil(() -> assertThat(sockets.get(0).ids()).hasSize(1));
    assertThat(sockets.get(1).ids()).isEmpty();
  }

  @Test
  @DisplayName("are followed before it is read how far they are")
  void followedFirst() {
    new Server().connect(1);
    assertThat(calls).startsWith("follow 1", "position 1");
  }

  @Test
  @DisplayName("are compared again where that is asked for while they are compared")
  void comparedMeanwhile() {
    Server server = new Server();
    Socket socket = server.connect(1);
    Server other = new Server();
    afterNextQuery =
        () -> {
          other.send(2, 1, "unheard");
          server.listener.compare();
        };
    server.compare();
    server.lookUntil(() -> assertThat(socket.ids()).hasSize(1));
  }

  @Test
  @DisplayName("get what is stored while they catch up")
  void storedMeanwhile() {
    Server server = new Server();
    Socket socket = server.connect(1);
    Server other = new Server();
    other.send(2, 1, "before");
    server.compare();
    afterNextQuery = () -> other.send(2, 1, "meanwhile");
    server.lookUntil(() -> assertThat(socket.ids()).isNotEmpty());
    server.compare();
    server.lookUntil(() -> assertThat(socket.ids()).hasSize(2).isEqualTo(expected(socket)));
  }

  @Test
  @DisplayName("catch up by pages where they have missed much")
  void much() {
    Server server = new Server();
    List<Socket> sockets = List.of(server.connect(1), server.connect(3));
    Server other = new Server();
    for (int i = 0; i < 900; i++) {
      other.send(2, 1 + i % 3, "m" + i);
    }
    server.compare();
    server.lookUntil(
        () -> {
          for (Socket socket : sockets) {
            assertThat(socket.ids()).hasSize(300).isEqualTo(expected(socket));
          }
        });
  }

  @Test
  @DisplayName("get on every server what another device has read before")
  void readMeanwhile() {
    Server one = new Server();
    Server other = new Server();
    Socket phone = one.connect(1);
    Socket desk = other.connect(1);
    one.send(2, 1, "long");
    MessageStored message = (MessageStored) one.published.remove(0).get(0);
    one.read(1, message.messageId());
    other.listener.changed(
        List.of(
            Changes.stored(
                message.messageId(),
                message.senderId(),
                message.senderChange(),
                message.recipientId(),
                message.recipientChange(),
                null, // too long for a frame
                message.timestamp())));
    one.published.forEach(other.listener::changed);
    other.lookUntil(() -> assertThat(desk.ids()).isEqualTo(phone.ids()).hasSize(1));
  }

  @Test
  @DisplayName("get what they wrote to themselves on another server, also where no frame holds it")
  void longToOneself() {
    Server server = new Server();
    Socket socket = server.connect(1);
    Server other = new Server();
    other.send(1, 1, "long");
    MessageStored sent = (MessageStored) other.published.get(0).get(0);
    long change = sent.recipientChange();
    server.listener.changed(
        List.of(Changes.stored(sent.messageId(), 1, change, 1, change, null, "")));
    server.lookUntil(() -> assertThat(socket.ids()).hasSize(1).isEqualTo(expected(socket)));
  }

  @Test
  @DisplayName("catch up although nothing can be read of another")
  void poison() {
    Server server = new Server();
    server.connect(1);
    Socket socket = server.connect(2);
    Server other = new Server();
    other.send(3, 1, "a");
    server.compare();
    await()
        .until(
            () -> { // by himself
              poison = 1;
              server.look();
              return server.registry.due(Duration.ZERO).isEmpty();
            });
    other.send(3, 2, "b");
    server.compare();
    server.lookUntil(() -> assertThat(socket.ids()).hasSize(1));
  }

  @Test
  @DisplayName("begin anew where the database has lost what it had")
  void goneBack() {
    Server server = new Server();
    server.send(2, 1, "a");
    Socket socket = server.connect(1);
    store.forget(1);
    server.compare();
    assertThat(socket.connection().closes).containsExactly(CloseCode.GOING_AWAY);
  }

  @Test
  @DisplayName("see the name that was set on another server")
  void profileChanged() {
    Server server = new Server();
    server.listener.changed(List.of(new ProfileChanged(7)));
    assertThat(forgotten).containsExactly(7L);
    server.compare(); // changes may have been missed
    assertThat(forgotten).containsExactlyInAnyOrder(0L, 7L);
  }
}
