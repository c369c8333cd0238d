package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.Change;
import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Changes;
import imserver.cluster.Cluster;
import imserver.config.Configs;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.packet.CloseCode;
import imserver.packet.Response.Incoming;
import imserver.session.FakeConnection;
import imserver.session.FakeWorkers;
import imserver.session.MessageStream;
import imserver.session.SessionRegistries;
import imserver.session.SessionRegistry;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.core.ThrowingRunnable;
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

  /** Whose messages cannot be read. */
  private long poison = -1;

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
          afterNextQuery();
          return heads;
        }

        @Override
        public List<Incoming> receivedAfter(Map<Long, Long> afterByUser, int limit) {
          failIfDown();
          if (afterByUser.containsKey(poison)) {
            throw new IllegalStateException("of this user nothing can be read");
          }
          List<Incoming> messages =
              afterByUser.entrySet().stream()
                  .flatMap(user -> store.receivedAfter(user.getKey(), user.getValue()).stream())
                  .sorted(Comparator.comparingLong(ReceivedMessage::id))
                  .limit(limit)
                  .map(message -> message.from(UserProfile.unknown(message.senderId())))
                  .toList();
          afterNextQuery();
          return messages;
        }

        @Override
        public UserPosition position(long user) {
          failIfDown();
          calls.add("position " + user);
          return store.position(user);
        }
      };

  /** What was asked of the database and of the cluster, as far as its order matters. */
  private final List<String> calls = new ArrayList<>();

  /** Happens once, after the next query for heads or messages. */
  private Runnable afterNextQuery = () -> {};

  private void afterNextQuery() {
    Runnable task = afterNextQuery;
    afterNextQuery = () -> {};
    task.run();
  }

  private void failIfDown() {
    if (down) {
      throw new IllegalStateException("down");
    }
  }

  /** Whose names and avatars were forgotten; 0 for all. */
  private final Set<Long> forgotten = new HashSet<>();

  private final UserDirectory directory =
      new UserDirectory() {
        @Override
        public Map<Long, UserProfile> find(Set<Long> users) {
          return Map.of();
        }

        @Override
        public void forget(long user) {
          forgotten.add(user);
        }

        @Override
        public void forgetAll() {
          forgotten.add(0L);
        }
      };

  /** A server without sockets, and what it has published. */
  private final class Server {

    final List<List<Change>> published = new ArrayList<>();
    final SessionRegistry registry = SessionRegistries.with(Configs.with());
    final FakeWorkers workers = new FakeWorkers();
    Cluster.Listener listener;
    boolean toCompare;

    final Cluster cluster =
        new Cluster() {
          @Override
          public void start(Cluster.Listener listening) {
            listener = listening;
          }

          @Override
          public void doubtHere() {
            toCompare = true;
          }

          @Override
          public void follow(long user) {
            calls.add("follow " + user);
          }

          @Override
          public void publish(List<? extends Change> changes) {
            published.add(List.copyOf(changes));
          }
        };

    final Delivery delivery = new Delivery(directory, registry, cluster);
    final CatchUp catchUp = new CatchUp(cluster, registry, directory, service, workers);

    Server() {
      catchUp.start();
    }

    Socket connect(long user) {
      FakeConnection connection = new FakeConnection(user);
      MessageStream stream = registry.open(connection);
      catchUp.begin(user);
      List<Incoming> replay = service.unread(user, 0, Integer.MAX_VALUE);
      stream.replay(replay);
      stream.goLive();
      return new Socket(
          connection, replay.stream().map(Incoming::messageId).toList(), service.position(user));
    }

    void send(long from, long to, String text) {
      NewMessage message =
          new NewMessage(new DedupeKey(from, text), to, text, "", OffsetDateTime.MIN, null);
      if (store.add(List.of(message)).get(0) instanceof Outcome.Stored stored) {
        delivery.committed(List.of(message.asChange(stored, null)));
      }
    }

    void read(long user, long id) {
      delivery.committed(
          store.markRead(Map.of(user, List.of(id)), true).stream()
              .<Change>map(ReadMark::asChange)
              .toList());
    }

    void compare() {
      listener.compare();
      workers.runSoon();
    }

    void compareIfToldTo() {
      if (toCompare) {
        toCompare = false;
        compare();
      }
    }

    void look() {
      catchUp.look();
      workers.runSoon();
    }

    void lookUntil(ThrowingRunnable holds) {
      await()
          .untilAsserted(
              () -> {
                look();
                holds.run();
              });
    }
  }

  /**
   * A socket of a user.
   *
   * @param replay the ids of what was unread when it came
   * @param since how far the user's messages were then
   */
  private record Socket(FakeConnection connection, List<Long> replay, UserPosition since) {

    List<Long> ids() {
      return connection.sent.stream().map(packet -> ((Incoming) packet).messageId()).toList();
    }
  }

  /** What a socket must have got: each message once, whether or not another one has read it. */
  private List<Long> expected(Socket socket) {
    List<Long> ids = new ArrayList<>(socket.replay());
    store.receivedAfter(socket.connection().user().userId(), socket.since().lastId()).stream()
        .map(ReceivedMessage::id)
        .forEach(ids::add);
    return ids;
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
