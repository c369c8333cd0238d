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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The connections to this server, by user. Any thread may call; no method waits, except {@link
 * #closeAll}.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class SessionRegistry {

  /** By user id; each list oldest first and never changed, only replaced. */
  private final Map<Long, List<MessageStream>> streams = new ConcurrentHashMap<>();

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
    streams.compute(
        connection.user().userId(),
        (user, present) -> {
          List<MessageStream> all = new ArrayList<>(present == null ? List.of() : present);
          all.add(stream);
          while (all.size() > maxPerUser) {
            evicted.add(all.remove(0));
          }
          return List.copyOf(all);
        });
    evicted.forEach(old -> old.connection().close(CloseCode.TOO_MANY_CONNECTIONS));
    if (closed) {
      connection.close(CloseCode.GOING_AWAY);
    }
    return stream;
  }

  /** Forgets a connection; does nothing where it is not registered. */
  public void close(Connection connection) {
    streams.computeIfPresent(
        connection.user().userId(),
        (user, present) -> {
          List<MessageStream> rest =
              present.stream().filter(stream -> stream.connection() != connection).toList();
          return rest.isEmpty() ? null : rest;
        });
    if (closed && streams.isEmpty()) {
      synchronized (streams) {
        streams.notifyAll();
      }
    }
  }

  /**
   * Hands stored messages to every connection of their recipient, if there are any. For one
   * recipient, to be called in ascending order of the message ids.
   *
   * @param messages in this order too
   */
  public void deliver(long recipient, List<Incoming> messages) {
    streams.getOrDefault(recipient, List.of()).forEach(stream -> stream.deliver(messages));
  }

  /** All connections, as they are at about this moment. */
  public Stream<Connection> connections() {
    return streams.values().stream().flatMap(List::stream).map(MessageStream::connection);
  }

  /** The connections of a user, as they are at about this moment. */
  public Stream<Connection> connections(long userId) {
    return streams.getOrDefault(userId, List.of()).stream().map(MessageStream::connection);
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
    synchronized (streams) {
      try {
        long left = timeout.toMillis();
        while (!streams.isEmpty() && left > 0) {
          streams.wait(left);
          left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
