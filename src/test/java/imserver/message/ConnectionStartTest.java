package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.config.Configs;
import imserver.database.StorageException;
import imserver.directory.UserDirectory;
import imserver.file.Attachments;
import imserver.packet.CloseCode;
import imserver.packet.Response.Incoming;
import imserver.session.FakeConnection;
import imserver.session.FakeWorkers;
import imserver.session.MessageStream;
import imserver.session.SessionRegistries;
import imserver.session.SessionRegistry;
import imserver.session.UserChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The replay of unread messages")
class ConnectionStartTest {

  private final FakeWorkers workers = new FakeWorkers();
  private final FakeConnection connection = new FakeConnection(1);

  /** The ids of the unread messages, ascending. */
  private final List<Long> unread = new ArrayList<>();

  /** How many messages each look at the database asked for. */
  private final List<Integer> limits = new ArrayList<>();

  private final List<UserPrincipal> recorded = new ArrayList<>();

  /** How many of the next calls of the directory, and of the service, fail. */
  private int directoryFails;

  private int serviceFails;

  private final UserDirectory directory =
      new UserDirectory() {
        @Override
        public boolean record(UserPrincipal user) {
          if (directoryFails-- > 0) {
            throw new StorageException(new IllegalStateException("entered by another connection"));
          }
          return recorded.add(user);
        }
      };

  private final MessageService service =
      new MessageService() {
        @Override
        public List<Incoming> unread(long userId, long afterId, int limit) {
          if (serviceFails-- > 0) {
            throw new StorageException(new IllegalStateException("down"));
          }
          limits.add(limit);
          return userId == 1
              ? unread.stream()
                  .filter(id -> id > afterId)
                  .limit(limit)
                  .map(ConnectionStartTest::message)
                  .toList()
              : List.of();
        }

        @Override
        public UserPosition position(long userId) {
          return new UserPosition(0, 0);
        }
      };

  private static Incoming message(long id) {
    return new Incoming(id, 2, 1, "m" + id, "", "2", "");
  }

  private SessionRegistry registry;

  /** Connects, and begins the replay. */
  private MessageStream connect(String... settings) {
    Config config = Configs.with(settings);
    registry = SessionRegistries.with(config);
    MessageStream stream = registry.open(connection);
    Cluster cluster = new Cluster();
    CatchUp catchUp =
        new CatchUp(cluster, registry, directory, service, workers, new Attachments());
    new ConnectionStart(config, directory, service, catchUp, registry, cluster, workers)
        .start(stream);
    return stream;
  }

  private void haveUnread(long from, long to) {
    unread.addAll(ids(from, to));
  }

  private static List<Long> ids(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  private List<Long> sent() {
    return connection.sent.stream().map(packet -> ((Incoming) packet).messageId()).toList();
  }

  private long changes;

  /** A message is stored, and delivered. */
  private void deliver(long id) {
    registry.change(1, List.of(UserChange.of(++changes, message(id), null)));
  }

  @Test
  @DisplayName("is on another thread, after the user is entered into the directory")
  void begin() {
    haveUnread(1, 3);
    connect();
    assertThat(sent()).isEmpty();
    workers.runSoon();
    assertThat(recorded).containsExactly(connection.user());
    assertThat(sent()).isEqualTo(ids(1, 3));
  }

  @Test
  @DisplayName("sends a page when the client has taken the one before, oldest first, and then all")
  void pages() {
    haveUnread(1, 600);
    connection.drains = false;
    connect();
    workers.runSoon();
    assertThat(sent()).isEqualTo(ids(1, 250));
    workers.runSoon();
    assertThat(sent()).as("not taken yet").isEqualTo(ids(1, 250));
    connection.drain();
    workers.runSoon();
    assertThat(sent()).isEqualTo(ids(1, 500));
    connection.drain();
    workers.runSoon();
    assertThat(sent()).isEqualTo(ids(1, 600));
  }

  @Test
  @DisplayName("lets new messages through when the client has taken all that was unread, and once")
  void live() {
    haveUnread(1, 300);
    connection.drains = false;
    connect();
    deliver(300); // stored since the connection was registered, and read with the last page
    deliver(301);
    workers.runSoon();
    connection.drain();
    workers.runSoon();
    assertThat(sent()).isEqualTo(ids(1, 300));
    connection.drain();
    assertThat(sent()).isEqualTo(ids(1, 301));
    deliver(302);
    assertThat(sent()).isEqualTo(ids(1, 302));
  }

  @Test
  @DisplayName("ends at its limit, and leaves the rest to REST")
  void limit() {
    haveUnread(1, 600);
    connect("IMSERVER_REPLAY_LIMIT", "300");
    workers.runSoon();
    assertThat(limits).containsExactly(250, 50);
    deliver(601);
    assertThat(sent()).startsWith(1L).hasSize(301).endsWith(300L, 601L);
  }

  @Test
  @DisplayName("is left out where its limit is 0")
  void none() {
    haveUnread(1, 3);
    connect("IMSERVER_REPLAY_LIMIT", "0");
    workers.runSoon();
    deliver(4);
    assertThat(limits).isEmpty();
    assertThat(sent()).containsExactly(4L);
  }

  @Test
  @DisplayName("leaves half of the connection's queue to its other packets")
  void smallOutbox() {
    haveUnread(1, 12);
    connect("IMSERVER_OUTBOX", "10");
    workers.runSoon();
    assertThat(limits).containsOnly(5);
    assertThat(sent()).isEqualTo(ids(1, 12));
  }

  @Test
  @DisplayName("enters a user once more, whom another connection may have entered meanwhile")
  void enteredMeanwhile() {
    haveUnread(1, 1);
    directoryFails = 1;
    connect();
    workers.runSoon();
    assertThat(recorded).hasSize(1);
    assertThat(sent()).containsExactly(1L);
  }

  @Test
  @DisplayName("waits for a database that is down, in the midst of it too, and misses nothing")
  void retries() {
    haveUnread(1, 300);
    directoryFails = 2;
    connect();
    workers.runSoon();
    assertThat(workers.delays).containsExactly(Duration.ofSeconds(2));
    workers.runLater();
    serviceFails = 1;
    workers.runSoon();
    assertThat(sent()).isEmpty();
    deliver(301);
    workers.runLater();
    workers.runSoon();
    assertThat(sent()).isEqualTo(ids(1, 301));
  }

  @Test
  @DisplayName("goes on where it stopped when the database was down")
  void resumes() {
    haveUnread(1, 300);
    connection.drains = false;
    connect();
    workers.runSoon();
    serviceFails = 1;
    connection.drain();
    workers.runSoon();
    assertThat(sent()).isEqualTo(ids(1, 250));
    workers.runLater();
    workers.runSoon();
    assertThat(sent()).isEqualTo(ids(1, 300));
  }

  @Test
  @DisplayName("ends with its connection, and then a stop does not wait for it")
  void closed() {
    haveUnread(1, 3);
    serviceFails = 1;
    connect();
    workers.runSoon();
    BooleanSupplier needed = workers.neededLater.get(0);
    assertThat(needed.getAsBoolean()).isTrue();
    connection.close(CloseCode.NO_PONG);
    assertThat(needed.getAsBoolean()).isFalse();
    workers.runLater();
    workers.runSoon();
    assertThat(limits).isEmpty();
    assertThat(sent()).isEmpty();
  }
}
