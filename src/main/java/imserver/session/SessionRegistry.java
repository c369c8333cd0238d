package imserver.session;

import imserver.config.Config;
import imserver.monitoring.Meters;
import imserver.packet.CloseCode;
import imserver.packet.Response;
import imserver.packet.Response.Incoming;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * The connections to this server, by user. Any thread may call; no method waits, except {@link
 * #drain} and {@link #closeAll}.
 *
 * <p>No session bean, and not proxied: it is asked several times for each message, and on Payara a
 * call of a session bean costs more than what is done here.
 */
@Singleton
public class SessionRegistry {

  private final Map<Long, UserStream> users = new ConcurrentHashMap<>();

  /** Those whose streams are behind, or were a moment ago. */
  private final Set<Long> behind = ConcurrentHashMap.newKeySet();

  private int maxPerUser;
  private int maxHeld;
  private volatile boolean closed;
  private volatile boolean draining;

  @Inject private Config config;

  /** For the container, which injects the rest. */
  public SessionRegistry() {}

  SessionRegistry(Config config) {
    this.config = config;
    start();
  }

  @PostConstruct
  void start() {
    maxPerUser = config.limits().maxConnectionsPerUser();
    maxHeld = config.limits().outbox();
    Meters.tellCloses(CloseCode.allCounted());
    Meters.gauge("imserver.users", "Users who are connected to this server", users::size);
    tellConnections("1", MessageStream.class);
    tellConnections("2", ChangeStream.class);
    Meters.gauge(
        "imserver.outbox.packets",
        "Packets that wait for clients to read",
        () -> connections().mapToLong(Connection::queued).sum());
    Meters.gauge(
        "imserver.outbox.fullest",
        "How full the fullest queue of a connection is, 0 to 1: at 1 it is closed",
        () -> (double) connections().mapToInt(Connection::queued).max().orElse(0) / maxHeld);
  }

  private void tellConnections(String protocol, Class<? extends ConnectionStream> type) {
    Meters.tellOpened(protocol);
    Meters.gauge(
        "imserver.connections",
        "Connections to this server, by the version of the protocol",
        () ->
            users.values().stream()
                .flatMap(user -> user.streams().stream())
                .filter(type::isInstance)
                .count(),
        "protocol",
        protocol);
  }

  /**
   * Registers a connection: from now on its stream holds back what is delivered to its user. Closes
   * the user's oldest connection where there are too many.
   */
  public MessageStream open(Connection connection) {
    MessageStream stream = new MessageStream(connection, maxHeld);
    register(stream);
    return stream;
  }

  /** The same for a connection that gets each change: after {@link #welcome}. */
  public ChangeStream openForChanges(Connection connection) {
    ChangeStream stream = new ChangeStream(connection, maxHeld);
    register(stream);
    return stream;
  }

  private void register(ConnectionStream stream) {
    Connection connection = stream.connection();
    List<ConnectionStream> evicted = new ArrayList<>();
    users.compute(
        connection.user().userId(),
        (userId, present) -> {
          UserStream user = present == null ? new UserStream() : present;
          List<ConnectionStream> all = new ArrayList<>(user.streams());
          all.add(stream);
          while (all.size() > maxPerUser) {
            evicted.add(all.remove(0));
          }
          user.setStreams(List.copyOf(all));
          return user;
        });
    evicted.forEach(old -> old.connection().close(CloseCode.TOO_MANY_CONNECTIONS));
    if (closed) {
      connection.close(CloseCode.GOING_AWAY);
    }
  }

  /**
   * Has a stream get each change from now on; to be called when the user's stream has begun.
   *
   * @param welcome of the number of the last change before
   */
  public void welcome(ChangeStream stream, LongFunction<? extends Response> welcome) {
    withUser(stream.user().userId(), user -> user.welcome(stream, welcome));
  }

  /** Whether a connection of a user gets each change, so that changes are worth an event. */
  public boolean tellsChanges(long userId) {
    UserStream user = users.get(userId);
    return user != null && user.tellsChanges();
  }

  /**
   * Tells those connections of a user that get each change something that is none, where nothing
   * waits for them.
   */
  public void tellIfNoneWaits(long userId, Response event) {
    withUser(
        userId,
        user ->
            user.streams().stream()
                .filter(ChangeStream.class::isInstance)
                .forEach(stream -> stream.connection().sendIfNoneWaits(event)));
  }

  /** Forgets a connection; does nothing where it is not registered. */
  public void close(Connection connection) {
    users.computeIfPresent(
        connection.user().userId(),
        (userId, user) -> {
          user.setStreams(
              user.streams().stream().filter(stream -> stream.connection() != connection).toList());
          return user.streams().isEmpty() ? null : user;
        });
    if (closed && users.isEmpty()) {
      synchronized (users) {
        users.notifyAll();
      }
    }
  }

  /** Whether a user is connected to this server. */
  public boolean isConnected(long userId) {
    return users.containsKey(userId);
  }

  /**
   * Changes of what a user sees were committed, by this server or another: the user's connections
   * here are told, in the order of the numbers. May be called in any order, and again.
   */
  public void change(long userId, List<UserChange> changes) {
    UserStream user = users.get(userId);
    if (user != null && user.change(changes, System.nanoTime())) {
      behind.add(userId);
    }
  }

  /** The users who are connected to this server, as it is at about this moment. */
  public Set<Long> users() {
    return Set.copyOf(users.keySet());
  }

  /** The numbers up to which users were told all changes, but for those who connect just now. */
  public Map<Long, Long> heads() {
    return heads(users.keySet());
  }

  /** The same of these users, where they are connected. */
  public Map<Long, Long> heads(Collection<Long> userIds) {
    Map<Long, Long> heads = new HashMap<>();
    for (Long userId : userIds) {
      UserStream user = users.get(userId);
      if (user != null && user.hasBegun()) {
        heads.put(userId, user.head());
      }
    }
    return heads;
  }

  /**
   * What the database says that the number of a user's last change is. Where it has gone back, as a
   * standby does that lost the last commits, the user's connections are closed, to begin anew.
   *
   * @param before what it was in {@link #heads} before the database was asked
   */
  public void compare(long userId, long before, long actual) {
    if (actual < before) {
      connections(userId).forEach(connection -> connection.close(CloseCode.GOING_AWAY));
      return;
    }
    UserStream user = users.get(userId);
    if (user != null && user.compare(actual, System.nanoTime())) {
      behind.add(userId);
    }
  }

  /**
   * The users who are to catch up now, by {@link #catchUp}.
   *
   * @param wait how long a missing change may take to come by itself
   * @return each with the id above which messages are to be read
   */
  public Map<Long, Long> due(Duration wait) {
    Map<Long, Long> due = new HashMap<>();
    long now = System.nanoTime();
    for (Long userId : List.copyOf(behind)) {
      UserStream user = users.get(userId);
      if (user != null && user.isDue(wait.toNanos(), now)) {
        due.put(userId, user.complete());
      } else if (!isBehind(userId)) {
        behind.remove(userId);
        if (isBehind(userId)) { // since just now
          behind.add(userId);
        }
      }
    }
    return due;
  }

  private boolean isBehind(long userId) {
    UserStream user = users.get(userId);
    return user != null && user.isBehind();
  }

  /**
   * Tells a user's connections what they have missed.
   *
   * @param head the number of the user's last change, as it was before the messages were read
   * @param messages all to the user above the id of {@link #due}, in the order of their ids
   */
  public void catchUp(long userId, long head, List<Incoming> messages) {
    withUser(userId, user -> user.catchUp(head, messages, System.nanoTime()));
  }

  /**
   * Tells a part of what a user's connections have missed; they stay behind.
   *
   * @param messages those to the user above the id of {@link #due} up to {@code upToId}
   */
  public void catchUpPartly(long userId, List<Incoming> messages, long upToId) {
    withUser(userId, user -> user.catchUpPartly(messages, upToId));
  }

  private void withUser(long userId, Consumer<UserStream> task) {
    UserStream user = users.get(userId);
    if (user != null) {
      task.accept(user);
    }
  }

  /** Has a user who could not catch up wait for so long until the next attempt. */
  public void postpone(long userId, Duration time) {
    withUser(userId, user -> user.postpone(time.toNanos(), System.nanoTime()));
  }

  /** Whether a replay is to {@link #begin} a user's stream. */
  public boolean hasToBegin(long userId) {
    UserStream user = users.get(userId);
    return user != null && !user.hasBegun();
  }

  /**
   * What a user's first replay begins with.
   *
   * @param head the number of the last change
   * @param lastId the id of the user's last message at that moment, 0 for none
   */
  public void begin(long userId, long head, long lastId) {
    UserStream user = users.get(userId);
    if (user != null) {
      user.begin(head, lastId, System.nanoTime());
      if (user.isBehind()) {
        behind.add(userId);
      }
    }
  }

  /** All connections, as they are at about this moment. */
  public Stream<Connection> connections() {
    return users.values().stream()
        .flatMap(user -> user.streams().stream())
        .map(ConnectionStream::connection);
  }

  /** The connections of a user, as they are at about this moment. */
  public Stream<Connection> connections(long userId) {
    UserStream user = users.getOrDefault(userId, new UserStream());
    return user.streams().stream().map(ConnectionStream::connection);
  }

  /** The server stops: connections that come from now on are closed. */
  public void closeNew() {
    closed = true;
  }

  /** Whether the server stops. */
  public boolean isClosing() {
    return closed;
  }

  /** Whether the server stops while there are others, which take its clients. */
  public boolean isDraining() {
    return draining;
  }

  /**
   * Closes the connections one by one, evenly in {@code time}, so that not all of their clients
   * connect to other servers at once, each when its requests are answered. Waits for {@code time},
   * or until an interrupt.
   */
  public void drain(Duration time) {
    draining = true;
    List<Connection> all = connections().toList();
    long begin = System.nanoTime();
    try {
      for (int i = 0; i < all.size(); i++) {
        long due = time.toNanos() / all.size() * i;
        TimeUnit.NANOSECONDS.sleep(due - (System.nanoTime() - begin));
        all.get(i).closeWhenAnswered(CloseCode.GOING_AWAY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Closes all connections, and any that comes later; waits for their end, {@code timeout} at most.
   */
  public void closeAll(Duration timeout) {
    closed = true;
    connections().forEach(connection -> connection.close(CloseCode.GOING_AWAY));
    awaitEmpty(timeout);
  }

  private void awaitEmpty(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (users) {
      try {
        long left = timeout.toMillis();
        while (!users.isEmpty() && left > 0) {
          users.wait(left);
          left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
