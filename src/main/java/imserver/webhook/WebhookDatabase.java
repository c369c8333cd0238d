package imserver.webhook;

import imserver.database.SqlDialect;
import imserver.database.StorageException;
import imserver.database.TransactionEnd;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;

/**
 * Connections for this package: a few at a time, so that users are left the others of the pool.
 * Safe for use by several threads. Every method throws {@link StorageException}.
 */
final class WebhookDatabase {

  /** How many connections are used at a time, of the sixteen of the pool. */
  private static final int CONNECTIONS = 2;

  /** What is done with a connection. */
  interface Work<R> {
    R with(Connection connection) throws SQLException;
  }

  private final DataSource database;
  private final Vendor vendor;
  private final SqlDialect dialect;
  private final WriteTurn turn;
  private final Semaphore free = new Semaphore(CONNECTIONS);

  WebhookDatabase(DataSource database, Vendor vendor, WriteTurn turn) {
    this.database = database;
    this.vendor = vendor;
    this.dialect = new SqlDialect(vendor);
    this.turn = turn;
  }

  Vendor vendor() {
    return vendor;
  }

  /** Whether no other server can be on it. */
  boolean isEmbedded() {
    return vendor == Vendor.H2;
  }

  /** A statement with its text as the database takes it. */
  PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    return connection.prepareStatement(dialect.sql(sql));
  }

  /** Numbers as the one parameter of a statement, a table of them. */
  void setNumbers(PreparedStatement statement, int index, Collection<Long> numbers)
      throws SQLException {
    Object parameter = dialect.numbers(numbers);
    statement.setObject(
        index,
        parameter instanceof Long[] array
            ? statement.getConnection().createArrayOf("bigint", array)
            : parameter);
  }

  /** Does something that only reads. */
  <R> R read(Work<R> work) {
    free.acquireUninterruptibly(); // a statement takes a few seconds at most
    try {
      return run(work, true);
    } finally {
      free.release();
    }
  }

  /** Does something of which each statement is a transaction. */
  <R> R write(Work<R> work) {
    return vendor == Vendor.H2 ? turn.take(() -> read(work)) : read(work);
  }

  /** Does something in one transaction. */
  <R> R transaction(Work<R> work) {
    return vendor == Vendor.H2 ? turn.take(() -> commit(work)) : commit(work);
  }

  private <R> R commit(Work<R> work) {
    free.acquireUninterruptibly();
    try {
      return run(
          connection -> {
            R result;
            try {
              result = work.with(connection);
            } catch (SQLException | RuntimeException | Error e) {
              TransactionEnd.rollBack(connection); // else what ends it would commit it
              throw e;
            }
            connection.commit();
            return result;
          },
          false);
    } finally {
      free.release();
    }
  }

  private <R> R run(Work<R> work, boolean autoCommit) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(autoCommit); // whatever the pool's last user has set
      try {
        return work.with(connection);
      } finally {
        TransactionEnd.restore(connection);
      }
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }
}
