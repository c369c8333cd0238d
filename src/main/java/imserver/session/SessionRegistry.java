package imserver.session;

import imserver.config.Config;
import imserver.packet.CloseCode;
import imserver.packet.Response.Incoming;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The connections to this server, by user. Any thread may call; no method waits, except {@link
 * #drain} and {@link #closeAll}.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class SessionRegistry {

  private final Map<Long, UserStream> users = new ConcurrentHashMap<>();

  /** Those whose streams are behind, or were a moment ago. */
  private final Set<Long> behind = ConcurrentHashMap.newKeySet();

  private int maxPerUser;
  private int maxHeld;
  private volatile boolean closed;

  @Inject private Config config;

  /** For the container, which injects the rest. */
  public SessionRegistry() {}

  SessionRegistry(Config config) {
    this.config = config;
    readLimits();
  }

  @PostConstruct
  void readLimits() {
    maxPerUser = config.limits().maxConnectionsPerUser();
    maxHeld = config.limits().outbox();
  }

  /**
   * Registers a connection: from now on its stream holds back what is delivered to its user. Closes
   * the user's oldest connection where there are too many.
   */
  public MessageStream open(Connection connection) {
    MessageStream stream = new MessageStream(connection, maxHeld);
    List<MessageStream> evicted = new ArrayList<>();
    users.compute(
        connection.user().userId(),
        (userId, present) -> {
          UserStream user = present == null ? new UserStream() : present;
          List<MessageStream> all = new ArrayList<>(user.streams());
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
    return stream;
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

  /**
   * Hands stored messages to every connection of their recipient, if there are any: where no other
   * server stores. For one recipient, to be called in ascending order of the message ids.
   *
   * @param messages in this order too
   */
  public void deliver(long recipient, List<Incoming> messages) {
    UserStream user = users.get(recipient);
    if (user != null) {
      user.deliver(messages);
    }
  }

  /** Whether a user is connected to this server. */
  public boolean isConnected(long userId) {
    return users.containsKey(userId);
  }

  /** The users who are connected to this server, as it is at about this moment. */
  public Set<Long> users() {
    return Set.copyOf(users.keySet());
  }

  /**
   * A change of what a user sees was committed, by this server or another. May be called in any
   * order, and again.
   *
   * @param number of the change, for this user
   * @param message what the user's connections get, null for nothing
   */
  public void change(long userId, long number, @Nullable Incoming message) {
    UserStream user = users.get(userId);
    if (user != null) {
      note(userId, user.change(number, message, System.nanoTime()));
    }
  }

  /** The same where there is a message, which is to be read from the database. */
  public void unreadableChange(long userId, long number) {
    UserStream user = users.get(userId);
    if (user != null) {
      note(userId, user.unreadable(number, System.nanoTime()));
    }
  }

  /** What the database says that the number of a user's last change is. */
  public void compare(long userId, long head) {
    UserStream user = users.get(userId);
    if (user != null) {
      note(userId, user.compare(head, System.nanoTime()));
    }
  }

  private void note(long userId, boolean isBehind) {
    if (isBehind) {
      behind.add(userId);
    }
  }

  /**
   * The users who are to be brought up to date now, by {@link #catchUp}.
   *
   * @return each with the id above which messages are to be read
   */
  public Map<Long, Long> due() {
    Map<Long, Long> due = new HashMap<>();
    long now = System.nanoTime();
    for (Long userId : List.copyOf(behind)) {
      UserStream user = users.get(userId);
      if (user == null || !user.isBehind()) {
        behind.remove(userId);
        if (user != null && user.isBehind()) { // since just now
          behind.add(userId);
        }
      } else if (user.isDue(now) && user.lastId() >= 0) {
        due.put(userId, user.lastId());
      }
    }
    return due;
  }

  /**
   * Brings a user's connections up to date.
   *
   * @param head the number of the user's last change
   * @param unread the unread messages above the id of {@link #due}, in the order of their ids, read
   *     after the head
   */
  public void catchUp(long userId, long head, List<Incoming> unread) {
    UserStream user = users.get(userId);
    if (user != null) {
      user.catchUp(head, unread, System.nanoTime());
    }
  }

  /** Tells a part of what a user has missed; the stream stays behind. */
  public void catchUpPartly(long userId, List<Incoming> unread) {
    deliver(userId, unread);
  }

  /** Whether a replay is to {@link #begin} a user's stream. */
  public boolean hasToBegin(long userId) {
    UserStream user = users.get(userId);
    return user != null && user.lastId() < 0;
  }

  /**
   * What a user's first replay begins with.
   *
   * @param head the number of the last change
   * @param lastId of the last unread message at that time, 0 for none
   */
  public void begin(long userId, long head, long lastId) {
    UserStream user = users.get(userId);
    if (user != null) {
      user.begin(head, lastId);
    }
  }

  /** All connections, as they are at about this moment. */
  public Stream<Connection> connections() {
    return users.values().stream()
        .flatMap(user -> user.streams().stream())
        .map(MessageStream::connection);
  }

  /** The connections of a user, as they are at about this moment. */
  public Stream<Connection> connections(long userId) {
    UserStream user = users.get(userId);
    return user == null ? Stream.of() : user.streams().stream().map(MessageStream::connection);
  }

  /** Whether the server stops: then it closes connections that come. */
  public boolean isClosing() {
    return closed;
  }

  /**
   * Closes the connections one by one, evenly in {@code time}, so that not all of their clients
   * connect to other servers at once; and any that comes later. Waits for so long. An interrupt
   * ends it. Without a time only those are closed that come later.
   */
  public void drain(Duration time) {
    closed = true;
    if (time.isZero()) {
      return;
    }
    List<Connection> all = connections().toList();
    long begin = System.nanoTime();
    try {
      for (int i = 0; i < all.size(); i++) {
        long due = time.toNanos() / all.size() * i;
        TimeUnit.NANOSECONDS.sleep(due - (System.nanoTime() - begin));
        all.get(i).close(CloseCode.GOING_AWAY);
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
