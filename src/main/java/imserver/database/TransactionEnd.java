package imserver.database;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * How a transaction by JDBC ends on a connection of a pool, when what matters is decided: a failure
 * here changes nothing of that, and is only logged.
 */
public final class TransactionEnd {

  private static final System.Logger LOG = System.getLogger(TransactionEnd.class.getName());

  private TransactionEnd() {}

  /**
   * Rolls back what is not committed. To be called whatever has failed, also an {@link Error}:
   * {@link #restore} commits what is not rolled back, as JDBC has it. A connection of our own that
   * cannot roll back is closed by that ({@link ReconnectingConnection}), and the database rolls
   * back.
   */
  public static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a transaction ended with its connection: {0}", e.getMessage());
    }
  }

  /** Has each statement be a transaction again, as pools expect what they are given back. */
  public static void restore(Connection connection) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) { // it is broken, and what was done is done or not
      LOG.log(Level.DEBUG, "a connection is given back as it is: {0}", e.getMessage());
    }
  }
}
