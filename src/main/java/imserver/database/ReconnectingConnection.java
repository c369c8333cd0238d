package imserver.database;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection that survives a restart of the database: before the first statement of a
 * transaction, an underlying connection that is closed, or was idle for over a second and no longer
 * answers, is replaced by a new one. Within a transaction nothing is replaced, and a failure is
 * thrown. One that cannot roll back is closed, so that nothing of the transaction is committed.
 *
 * <p>Like every {@link Connection}, for one thread at a time.
 */
final class ReconnectingConnection extends ConnectionHandler {

  /** Opens the underlying connection. */
  @FunctionalInterface
  interface Opener {
    Connection open() throws SQLException;
  }

  private static final long IDLE_NANOS = Duration.ofSeconds(1).toNanos();

  /** A connection that does not answer an empty query within so long is replaced. */
  private static final int VALIDATION_SECONDS = 1;

  private final Opener opener;
  private Connection current;
  private boolean inTransaction;
  private boolean closed;
  private long lastUsed = System.nanoTime();

  /** What the pool has set, to be set on a replacement too; null for the driver's default. */
  private @Nullable Boolean autoCommit;

  private @Nullable Integer isolation;
  private @Nullable Boolean readOnly;

  private ReconnectingConnection(Opener opener) throws SQLException {
    this.opener = opener;
    this.current = opener.open();
  }

  /** A connection over one that {@code opener} opens, now and whenever it has to be replaced. */
  static Connection over(Opener opener) throws SQLException {
    return new ReconnectingConnection(opener).asConnection();
  }

  @Override
  @Nullable Object handle(Method method, Object @Nullable [] arguments) throws Throwable {
    switch (method.getName()) {
      case "isClosed" -> {
        return closed; // a dead one is replaced; to the pool it stays open
      }
      case "close", "abort" -> closed = true;
      case "commit", "rollback" -> {}
      default -> prepare(method.getName(), arguments);
    }
    try {
      return call(current, method, arguments);
    } catch (SQLException e) {
      if (method.getName().equals("rollback")) {
        closeQuietly(); // else what ends the transaction next may commit it
      }
      throw e;
    } finally {
      if (method.getName().equals("commit") || method.getName().equals("rollback")) {
        inTransaction = false;
      }
      lastUsed = System.nanoTime();
    }
  }

  private void prepare(String method, Object @Nullable [] arguments) throws SQLException {
    boolean manualCommit = Boolean.FALSE.equals(autoCommit);
    if (!closed && !(inTransaction && manualCommit) && !isAlive()) {
      replace();
    }
    switch (method) {
      case "prepareStatement", "createStatement", "prepareCall" -> inTransaction = true;
      case "setAutoCommit" -> autoCommit = (Boolean) first(arguments);
      case "setTransactionIsolation" -> isolation = (Integer) first(arguments);
      case "setReadOnly" -> readOnly = (Boolean) first(arguments);
      default -> {}
    }
  }

  private static @Nullable Object first(Object @Nullable [] arguments) {
    return arguments == null ? null : arguments[0];
  }

  private void replace() throws SQLException {
    closeQuietly();
    current = opener.open();
    if (autoCommit != null) {
      current.setAutoCommit(autoCommit);
    }
    if (isolation != null) {
      current.setTransactionIsolation(isolation);
    }
    if (readOnly != null) {
      current.setReadOnly(readOnly);
    }
  }

  private boolean isAlive() throws SQLException {
    if (current.isClosed()) {
      return false;
    }
    return System.nanoTime() - lastUsed < IDLE_NANOS || current.isValid(VALIDATION_SECONDS);
  }

  private void closeQuietly() {
    try {
      current.close();
    } catch (SQLException e) {
      // it was dead
    }
  }
}
