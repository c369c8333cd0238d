package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.Change;
import imserver.cluster.Cluster;
import imserver.config.Configs;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.packet.Response.Incoming;
import imserver.session.FakeConnection;
import imserver.session.FakeWorkers;
import imserver.session.MessageStream;
import imserver.session.SessionRegistries;
import imserver.session.SessionRegistry;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Users on several servers")
class CatchUpTest {

  private static final int SERVERS = 3;
  private static final int USERS = 3;

  private final FakeMessageStore store = new FakeMessageStore();
  private boolean down;

  /** The database that all servers share. */
  private final MessageService service =
      new MessageService() {
        @Override
        public List<Incoming> unread(long user, long after, int limit) {
          failIfDown();
          return store.unread(user, after).stream()
              .limit(limit)
              .map(message -> message.from(UserProfile.unknown(message.senderId())))
              .toList();
        }

        @Override
        public Map<Long, Long> heads(Collection<Long> users) {
          failIfDown();
          Map<Long, Long> heads = new HashMap<>();
          users.forEach(user -> heads.put(user, store.head(user)));
          return heads;
        }

        @Override
        public long lastUnreadId(long user) {
          failIfDown();
          return store.unread(user, 0).stream().mapToLong(UnreadMessage::id).max().orElse(0);
        }
      };

  private void failIfDown() {
    if (down) {
      throw new IllegalStateException("down");
    }
  }

  private final UserDirectory directory =
      new UserDirectory() {
        @Override
        public Map<Long, UserProfile> find(Set<Long> users) {
          return Map.of();
        }
      };

  /** A server without sockets, and what it has published. */
  private final class Server {

    final List<List<Change>> published = new ArrayList<>();
    final SessionRegistry registry = SessionRegistries.with(Configs.with());
    final FakeWorkers workers = new FakeWorkers();
    Cluster.Listener listener;

    final Cluster cluster =
        new Cluster() {
          @Override
          public void start(Cluster.Listener listening) {
            listener = listening;
          }

          @Override
          public boolean isPossible() {
            return true;
          }

          @Override
          public boolean isShared() {
            return true;
          }

          @Override
          public void publish(List<Change> changes) {
            published.add(changes);
          }
        };

    final Delivery delivery = new Delivery(directory, registry, cluster);
    final CatchUp catchUp = new CatchUp(cluster, registry, directory, service, workers);

    Server() {
      catchUp.start();
    }

    FakeConnection connect(long user) {
      FakeConnection connection = new FakeConnection(user);
      MessageStream stream = registry.open(connection);
      catchUp.begin(user);
      stream.replay(service.unread(user, 0, Integer.MAX_VALUE));
      stream.goLive();
      return connection;
    }

    void send(long from, long to, String text) {
      NewMessage message =
          new NewMessage(new DedupeKey(from, text), to, text, "", OffsetDateTime.MIN, null);
      if (store.add(List.of(message)).get(0) instanceof Outcome.Stored stored) {
        delivery.committed(List.of(message.asChange(stored)));
      }
    }

    void read(long user, long id) {
      delivery.committed(
          store.markRead(Map.of(user, List.of(id))).stream()
              .<Change>map(ReadMark::asChange)
              .toList());
    }

    void compare() {
      listener.compare();
      workers.runSoon();
    }

    void look() {
      catchUp.look();
      workers.runSoon();
    }
  }

  private static List<Long> ids(FakeConnection connection) {
    return connection.sent.stream().map(packet -> ((Incoming) packet).messageId()).toList();
  }

  /** What is unread at the end: nobody may have missed it. */
  private List<Long> unread(long user) {
    return store.unread(user, 0).stream().map(UnreadMessage::id).toList();
  }

  @ParameterizedTest
  @CsvSource({"0.1, 1", "0.1, 2", "0.1, 3", "0.5, 4", "1, 5"})
  @DisplayName("get all messages in order and once, whatever the bus loses, doubles and reorders:")
  void everything(double faults, long seed) {
    Random random = new Random(seed);
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      servers.add(new Server());
    }
    List<FakeConnection> connections = new ArrayList<>();
    Map<Server, List<List<Change>>> underWay = new HashMap<>();
    servers.forEach(server -> underWay.put(server, new ArrayList<>()));
    for (int step = 0; step < 2000; step++) {
      Server server = servers.get(random.nextInt(SERVERS));
      long user = 1 + random.nextInt(USERS);
      if (random.nextInt(100) == 0) {
        connections.add(server.connect(user));
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
              for (FakeConnection connection : connections) {
                assertThat(ids(connection))
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .containsAll(unread(connection.user().userId()));
              }
            });
    assertThat(connections).isNotEmpty().allMatch(FakeConnection::isOpen);
  }

  private static void publish(
      Server from, Map<Server, List<List<Change>>> underWay, double faults, Random random) {
    underWay.forEach(
        (server, frames) -> {
          if (server != from) {
            for (List<Change> frame : from.published) {
              boolean lost = random.nextDouble() < faults;
              boolean doubled = random.nextDouble() < faults;
              frames.addAll(Collections.nCopies(lost ? 0 : doubled ? 2 : 1, frame));
            }
          }
        });
    from.published.clear();
  }

  private static void receive(
      Server server, Map<Server, List<List<Change>>> underWay, double faults, Random random) {
    List<List<Change>> frames = underWay.get(server);
    while (!frames.isEmpty() && random.nextInt(10) != 0) {
      int which = random.nextDouble() < faults ? random.nextInt(frames.size()) : 0;
      server.listener.changed(frames.remove(which));
    }
  }

  @Test
  @DisplayName("catch up when the database answers again")
  void databaseDown() {
    Server server = new Server();
    FakeConnection connection = server.connect(1);
    new Server().send(2, 1, "unheard");
    down = true;
    server.compare();
    server.look();
    down = false;
    await()
        .untilAsserted(
            () -> {
              server.compare();
              server.look();
              assertThat(ids(connection)).isEqualTo(unread(1));
            });
  }

  @Test
  @DisplayName("catch up by pages where they have missed much")
  void much() {
    Server server = new Server();
    FakeConnection connection = server.connect(1);
    Server other = new Server();
    for (int i = 0; i < 900; i++) {
      other.send(2, 1, "m" + i);
    }
    server.compare();
    await()
        .untilAsserted(
            () -> {
              server.look();
              assertThat(ids(connection)).hasSize(900).isEqualTo(unread(1));
            });
  }
}
