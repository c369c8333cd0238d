package imserver.message;

import imserver.database.CommitUnknownException;
import imserver.database.SqlDialect;
import imserver.database.StorageException;
import imserver.database.TransactionEnd;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Small transactions of several statements, for what is done in the background and, on MariaDB, for
 * all that is written: by JDBC, the same for all databases. On H2 they take their turn with other
 * writers. Safe for use by several threads.
 */
final class StepDatabase {

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

  /** In SQL: milliseconds since 1970, by the clock of the database. See {@link SqlDialect}. */
  static final String NOW = "cast(extract(epoch from current_timestamp) * 1000 as bigint)";

  private static final int DEADLOCK = 1213;

  /**
   * What MariaDB and MySQL say where they refuse to commit, and have not: a deadlock, as between
   * the servers of a Galera cluster, and servers that take no writes at the moment.
   */
  private static final Set<Integer> REFUSED_COMMITS = Set.of(DEADLOCK, 1290, 1792, 1836);

  /**
   * How often a transaction is tried that MariaDB rolls back since it waits for one that waits for
   * it. The order of locks leaves none of these between rows; but who inserts may wait for the gap
   * beside a row.
   */
  private static final int ATTEMPTS = 5;

  /** What a transaction does. */
  interface Step<R> {
    R with(StepStatements statements) throws SQLException;
  }

  private final DataSource database;
  private final Vendor vendor;
  private final SqlDialect dialect;
  private final WriteTurn turn;

  StepDatabase(DataSource database, Vendor vendor, WriteTurn turn) {
    this.database = database;
    this.vendor = vendor;
    this.dialect = new SqlDialect(vendor);
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
    for (int attempt = 1; ; attempt++) {
      try {
        return runOnce(step);
      } catch (SQLException e) {
        if (!isDeadlock(e) || attempt == ATTEMPTS) {
          throw new StorageException(e);
        }
      }
    }
  }

  private <R> R runOnce(Step<R> step) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        return commit(connection, step);
      } finally {
        TransactionEnd.restore(connection);
      }
    }
  }

  private boolean isDeadlock(SQLException e) {
    return vendor == Vendor.MARIADB && e.getErrorCode() == DEADLOCK;
  }

  private <R> R commit(Connection connection, Step<R> step) throws SQLException {
    R result;
    try {
      StepStatements statements = new StepStatements(connection, dialect);
      if (vendor == Vendor.POSTGRESQL) {
        statements.run(BEGIN);
      }
      result = step.with(statements);
    } catch (SQLException | RuntimeException | Error e) {
      TransactionEnd.rollBack(connection); // else what ends it would commit it
      throw e;
    }
    try {
      connection.commit();
    } catch (SQLException e) {
      if (vendor == Vendor.MARIADB && REFUSED_COMMITS.contains(e.getErrorCode())) {
        TransactionEnd.rollBack(connection);
        throw e;
      }
      throw new CommitUnknownException(e);
    }
    return result;
  }
}
