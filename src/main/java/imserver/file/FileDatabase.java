package imserver.file;

import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.database.TransactionEnd;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Transactions about files, by JDBC. On H2 they take their turn with other writers. Every method
 * throws {@link StorageException}. Safe for use by several threads.
 */
final class FileDatabase {

  /** On PostgreSQL: apart from other purposes for which there are such locks. */
  private static final String LOCK_OWNER = "select pg_advisory_xact_lock(hashtextextended(?, 0))";

  /** On MariaDB, which keeps no other locks until a commit: the row of the user. */
  private static final String LOCK_USER =
      """
      insert into user_state (user_id, head, unread) values (?, 0, 0)
      on duplicate key update user_id = user_id
      """;

  /** What is done with a connection. */
  interface Work<R> {
    R with(Connection connection) throws SQLException;
  }

  private final DataSource database;
  private final Vendor vendor;
  private final WriteTurn turn;

  FileDatabase(DataSource database, Vendor vendor, WriteTurn turn) {
    this.database = database;
    this.vendor = vendor;
    this.turn = turn;
  }

  /** Reads. */
  <R> R read(Work<R> work) {
    try (Connection connection = database.getConnection()) {
      return work.with(connection);
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }

  /**
   * Writes, in one transaction.
   *
   * @throws CommitUnknownException if it may be committed
   */
  <R> R commit(Work<R> work) {
    return vendor == Vendor.H2 ? turn.take(() -> transaction(work)) : transaction(work);
  }

  /** Which database it is. */
  Vendor vendor() {
    return vendor;
  }

  /** Within a transaction: one at a time for an owner, on all servers. */
  void lockOwner(Connection connection, long ownerId) throws SQLException {
    switch (vendor) {
      case POSTGRESQL -> {
        try (PreparedStatement lock = connection.prepareStatement(LOCK_OWNER)) {
          lock.setString(1, "files of " + ownerId);
          lock.execute();
        }
      }
      case MARIADB -> {
        try (PreparedStatement lock = connection.prepareStatement(LOCK_USER)) {
          lock.setLong(1, ownerId);
          lock.execute();
        }
      }
      case H2 -> {} // one transaction writes at a time
    }
  }

  private <R> R transaction(Work<R> work) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      R result;
      try {
        result = work.with(connection);
      } catch (SQLException | RuntimeException | Error e) {
        TransactionEnd.rollBack(connection); // else what ends it would commit it
        TransactionEnd.restore(connection);
        throw e;
      }
      commit(connection);
      return result;
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }

  private static void commit(Connection connection) {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new CommitUnknownException(e);
    } finally {
      TransactionEnd.restore(connection);
    }
  }
}
