package imserver.cluster;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Frames as notifications of the database itself: nothing to configure, no port, no further server.
 * One connection listens, one notifies, both beside the pool.
 *
 * <p>Notifications have transactions of their own, after those that stored. PostgreSQL lets only
 * one transaction with a notification commit at a time, and holds the others up for as long as that
 * one's commit is on its way to the disk; within the transactions that store, all servers together
 * would store no faster than one. These here wait for no disk ({@code synchronous_commit}), and
 * carry all that has queued up meanwhile.
 */
final class PostgresBus implements Bus {

  private static final System.Logger LOG = System.getLogger(PostgresBus.class.getName());

  private static final String CHANNEL = "imserver";

  /** The setting ends with the transaction: a pooler may give the connection to others. */
  private static final String NOTIFY =
      "select pg_notify('"
          + CHANNEL
          + "', frame) from unnest(?) as frame"
          + " where set_config('synchronous_commit', 'off', true) = 'off'";

  /** Of up to 8 kB each. */
  private static final int MAX_QUEUED = 2000;

  /** In one transaction. */
  private static final int MAX_BATCH = 100;

  /** How often a loop looks whether it is to end. */
  private static final Duration LOOK = Duration.ofMillis(500);

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** Where notifications do not arrive although the database answers, from the second time on. */
  private static final Duration RETRY_DEAF = Duration.ofSeconds(60);

  /** The beat of this very server comes each second. */
  private static final Duration MAX_SILENCE = Duration.ofSeconds(5);

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  /** Begins what a bus notifies itself of, to find out whether it hears; it is no frame. */
  private static final String PROBE = "probe ";

  /** Opens a connection that no pool knows. */
  @FunctionalInterface
  interface ConnectionSource {
    Connection open() throws SQLException;
  }

  /** The database answers, and notifications do not arrive. */
  private static final class DeafException extends SQLException {
    private static final long serialVersionUID = 1;

    DeafException() {
      super(
          "LISTEN does not hold: this is a pooler that changes the connection with each transaction,"
              + " or the database hangs");
    }
  }

  /** What a loop does until its connection breaks or the bus is stopped. */
  @FunctionalInterface
  private interface Session {
    void run(Connection connection) throws SQLException, InterruptedException;
  }

  private final ConnectionSource connections;
  private final String listenerName;
  private final ThreadFactory threads;
  private final BlockingQueue<String> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
  private final List<Thread> running = new ArrayList<>();

  /** Those that are open, to be aborted at a stop. */
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();

  /** Counted down by the stop, which ends every pause. */
  private final CountDownLatch stopping = new CountDownLatch(1);

  /** Whether the last attempt to hear was in vain. Of the thread that listens. */
  private boolean deaf;

  /**
   * Not connected yet.
   *
   * @param listenerName how the database names the connection that listens ({@code
   *     pg_stat_activity.application_name}), at most 63 characters
   */
  PostgresBus(ConnectionSource connections, String listenerName, ThreadFactory threads) {
    this.connections = connections;
    this.listenerName = listenerName;
    this.threads = threads;
  }

  @Override
  public void start(Listener listener) {
    running.add(
        threads.newThread(
            () -> repeat(connection -> listen(connection, listener), listener::disconnected)));
    running.add(threads.newThread(() -> repeat(this::notifyOthers, reason -> {})));
    running.forEach(Thread::start);
  }

  @Override
  public void publish(String frame) {
    var unused = queue.offer(frame); // else the others miss its number
  }

  /** What was published before is still sent, where the database takes it in time. */
  @Override
  public void stop() {
    stopping.countDown();
    long end = System.nanoTime() + STOP_TIMEOUT.toNanos();
    try {
      for (Thread thread : running) {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Connection each : open) {
      try {
        each.abort(Runnable::run);
      } catch (SQLException e) {
        LOG.log(Level.DEBUG, "a connection of the bus was not aborted: {0}", e.toString());
      }
    }
    running.forEach(Thread::interrupt);
  }

  private boolean isStopped() {
    return stopping.getCount() == 0;
  }

  private void repeat(Session session, Consumer<String> broken) {
    try {
      while (!isStopped()) {
        Duration pause = RETRY;
        try (Connection connection = connections.open()) {
          open.add(connection);
          try {
            session.run(connection);
          } finally {
            open.remove(connection);
          }
        } catch (DeafException e) {
          broken.accept(e.getMessage());
          pause = deaf ? RETRY_DEAF : RETRY;
          deaf = true;
        } catch (SQLException | RuntimeException | Error e) {
          LOG.log(Level.DEBUG, "the bus of the database broke", e);
          broken.accept(String.valueOf(e.getMessage()));
        }
        var unused = stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen(Connection connection, Listener listener) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set application_name = '" + listenerName + "'");
      statement.execute("listen " + CHANNEL);
      try {
        hear(connection.unwrap(PGConnection.class), listener);
      } catch (DeafException e) { // the connection to the database stays, where it is a pooler's
        statement.execute("unlisten " + CHANNEL);
        statement.execute("reset application_name");
        throw e;
      }
    }
  }

  /** Tells that it is connected when this bus has heard itself. */
  private void hear(PGConnection notifications, Listener listener) throws SQLException {
    String probe = PROBE + listenerName + ' ' + System.nanoTime();
    boolean connected = false;
    long heard = System.nanoTime();
    long probed = heard - LOOK.toNanos();
    while (!isStopped()) {
      if (!connected && System.nanoTime() - probed >= LOOK.toNanos()) {
        probed = System.nanoTime();
        publish(probe); // again and again, since a full queue does not take it
      }
      PGNotification[] news = notifications.getNotifications((int) LOOK.toMillis());
      for (PGNotification each : news == null ? new PGNotification[0] : news) {
        heard = System.nanoTime();
        String text = each.getParameter();
        if (!text.startsWith(PROBE)) {
          listener.heard(0, text);
        } else if (!connected && text.equals(probe)) {
          connected = true;
          deaf = false;
          listener.connected(1);
        }
      }
      if (System.nanoTime() - heard > MAX_SILENCE.toNanos()) {
        if (connected) {
          throw new SQLException("not even the beats of this server come back");
        }
        throw new DeafException();
      }
    }
  }

  private void notifyOthers(Connection connection) throws SQLException, InterruptedException {
    try (PreparedStatement statement = connection.prepareStatement(NOTIFY)) {
      List<String> frames = new ArrayList<>();
      while (!isStopped() || !queue.isEmpty()) {
        String first = queue.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          frames.add(first);
          queue.drainTo(frames, MAX_BATCH - 1);
          statement.setObject(1, frames.toArray(String[]::new));
          statement.execute();
          frames.clear();
        }
      }
    }
  }
}
