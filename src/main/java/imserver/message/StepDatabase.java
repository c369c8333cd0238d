package imserver.message;

import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Small transactions of several statements, for what is done in the background: by JDBC, the same
 * for both databases. On H2 they take their turn with other writers. Safe for use by several
 * threads.
 */
final class StepDatabase {

  private static final System.Logger LOG = System.getLogger(StepDatabase.class.getName());

  /**
   * On PostgreSQL, for this transaction: all is found by indexes, whatever is known of the tables,
   * and what plans seem to cost by that is no reason to compile them, which takes half a second; a
   * server that stands still while users are locked is given up after some seconds.
   */
  private static final String BEGIN =
      """
      select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
             set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true),
             set_config('idle_in_transaction_session_timeout', '4000', true)
      """;

  /** In SQL: milliseconds since 1970, by the clock of the database. */
  static final String NOW = "cast(extract(epoch from current_timestamp) * 1000 as bigint)";

  /** What a transaction does. */
  interface Step<R> {
    R with(StepStatements statements) throws SQLException;
  }

  private final DataSource database;
  private final Vendor vendor;
  private final WriteTurn turn;

  StepDatabase(DataSource database, Vendor vendor, WriteTurn turn) {
    this.database = database;
    this.vendor = vendor;
    this.turn = turn;
  }

  /**
   * Does it in one transaction.
   *
   * @throws CommitUnknownException if it may be committed
   * @throws StorageException if it is not
   */
  <R> R commit(Step<R> step) {
    return vendor == Vendor.H2 ? turn.take(() -> run(step)) : run(step);
  }

  private <R> R run(Step<R> step) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        return commit(connection, step);
      } finally {
        restore(connection);
      }
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }

  private <R> R commit(Connection connection, Step<R> step) throws SQLException {
    R result;
    try {
      StepStatements statements = new StepStatements(connection, vendor);
      if (vendor == Vendor.POSTGRESQL) {
        statements.run(BEGIN);
      }
      result = step.with(statements);
    } catch (SQLException | RuntimeException e) {
      rollBack(connection);
      throw e;
    }
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new CommitUnknownException(e);
    }
    return result;
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) { // it is broken: the database rolls back
      LOG.log(Level.DEBUG, "a transaction ended with its connection: {0}", e.getMessage());
    }
  }

  private static void restore(Connection connection) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) { // it is broken, and what was done is done or not
      LOG.log(Level.DEBUG, "a connection is given back as it is: {0}", e.getMessage());
    }
  }
}
