package imserver.cluster;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

  /** What a bus that has begun to listen sends, to hear it. No frame. */
  private static final String PROBE = "probe";

  private static final String POOLER =
      "LISTEN does not hold: this is a pooler that changes the connection with each transaction, or"
          + " the database hangs";

  /** Of up to 8 kB each. */
  private static final int MAX_QUEUED = 2000;

  /** In one transaction. */
  private static final int MAX_BATCH = 100;

  /** How often a loop looks whether it is to end. */
  private static final Duration LOOK = Duration.ofMillis(500);

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** The beat of this very server comes each second. */
  private static final Duration MAX_SILENCE = Duration.ofSeconds(5);

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  /** Opens a connection that no pool knows. */
  @FunctionalInterface
  interface ConnectionSource {
    Connection open() throws SQLException;
  }

  private final ConnectionSource connections;
  private final String listenerName;
  private final ThreadFactory threads;
  private final BlockingQueue<String> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
  private final List<Thread> running = new ArrayList<>();
  private volatile boolean stopped;

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
    running.add(threads.newThread(() -> repeat(() -> listen(listener), listener)));
    running.add(threads.newThread(() -> repeat(this::notifyOthers, null)));
    running.forEach(Thread::start);
  }

  @Override
  public void publish(String frame) {
    var unused = queue.offer(frame); // else the others miss its number
  }

  @Override
  public void stop() {
    stopped = true;
    try {
      for (Thread thread : running) {
        thread.join(STOP_TIMEOUT.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What a loop does until its connection breaks or the bus is stopped. */
  @FunctionalInterface
  private interface Session {
    void run() throws SQLException, InterruptedException;
  }

  private void repeat(Session session, @Nullable Listener listener) {
    try {
      while (!stopped) {
        try {
          session.run();
        } catch (SQLException | RuntimeException e) {
          LOG.log(Level.DEBUG, "the bus of the database broke", e);
          if (listener != null) {
            listener.disconnected(String.valueOf(e.getMessage()));
          }
          Thread.sleep(RETRY.toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen(Listener listener) throws SQLException {
    try (Connection connection = connections.open();
        Statement statement = connection.createStatement()) {
      statement.execute("set application_name = '" + listenerName + "'");
      statement.execute("listen " + CHANNEL);
      if (!listens(statement)) {
        throw new SQLException(POOLER);
      }
      PGConnection notifications = connection.unwrap(PGConnection.class);
      boolean hears = false;
      long heard = System.nanoTime();
      while (!stopped) {
        if (!hears) {
          publish(PROBE);
        }
        PGNotification[] news = notifications.getNotifications((int) LOOK.toMillis());
        if (news != null && news.length > 0) {
          heard = System.nanoTime();
          if (!hears) {
            hears = true;
            listener.connected();
          }
          pass(news, listener);
        } else if (System.nanoTime() - heard > MAX_SILENCE.toNanos()) {
          throw new SQLException(hears ? "not even the beats of this server come back" : POOLER);
        }
      }
    }
  }

  private static void pass(PGNotification[] news, Listener listener) {
    for (PGNotification each : news) {
      if (!each.getParameter().equals(PROBE)) {
        listener.heard(each.getParameter());
      }
    }
  }

  /**
   * In another transaction than the one that began to listen. A pooler with nothing else to do may
   * take the same connection for it: that LISTEN holds is only known once something was heard.
   */
  private static boolean listens(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "select 1 from pg_listening_channels() as c where c = '" + CHANNEL + "'")) {
      return rows.next();
    }
  }

  private void notifyOthers() throws SQLException, InterruptedException {
    try (Connection connection = connections.open();
        Statement settings = connection.createStatement();
        PreparedStatement statement =
            connection.prepareStatement(
                "select pg_notify('" + CHANNEL + "', frame) from unnest(?) as frame")) {
      settings.execute("set synchronous_commit = off");
      List<String> frames = new ArrayList<>();
      while (!stopped) {
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
