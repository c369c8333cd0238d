package imserver.message;

import static org.awaitility.Awaitility.await;

import imserver.cluster.Change;
import imserver.cluster.Cluster;
import imserver.config.Configs;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.file.Attachments;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.core.ThrowingRunnable;

/** Servers without sockets on one database in memory, and what they tell each other. */
abstract class SiteFixture {

  static final int SERVERS = 3;
  static final int USERS = 3;

  final FakeMessageStore store = new FakeMessageStore();
  boolean down;

  /** Whose messages cannot be read. */
  long poison = -1;

  /** The database that all servers share. */
  private final MessageService service =
      new MessageService() {
        @Override
        public List<Incoming> unread(long user, long after, int limit) {
          failIfDown();
          return store.unread(user, after).stream()
              .limit(limit)
              .map(message -> message.from(UserProfile.unknown(message.senderId()), List.of()))
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
                  .map(message -> message.from(UserProfile.unknown(message.senderId()), List.of()))
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
  final List<String> calls = new ArrayList<>();

  /** Happens once, after the next query for heads or messages. */
  Runnable afterNextQuery = () -> {};

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
  final Set<Long> forgotten = new HashSet<>();

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
  final class Server {

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
    final CatchUp catchUp =
        new CatchUp(cluster, registry, directory, service, workers, new Attachments());

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
      if (store.add(List.of(message), SiteRules.OPEN).get(0) instanceof Outcome.Stored stored) {
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
  record Socket(FakeConnection connection, List<Long> replay, UserPosition since) {

    List<Long> ids() {
      return connection.sent.stream().map(packet -> ((Incoming) packet).messageId()).toList();
    }
  }

  /** What a socket must have got: each message once, whether or not another one has read it. */
  List<Long> expected(Socket socket) {
    List<Long> ids = new ArrayList<>(socket.replay());
    store.receivedAfter(socket.connection().user().userId(), socket.since().lastId()).stream()
        .map(ReceivedMessage::id)
        .forEach(ids::add);
    return ids;
  }

  static void publish(
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

  static void receive(
      Server server, Map<Server, List<List<Change>>> underWay, double faults, Random random) {
    List<List<Change>> frames = underWay.get(server);
    while (!frames.isEmpty() && random.nextInt(10) != 0) {
      int which = random.nextDouble() < faults ? random.nextInt(frames.size()) : 0;
      server.listener.changed(frames.remove(which));
    }
  }
}
