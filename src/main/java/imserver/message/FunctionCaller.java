package imserver.message;

import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Calls a function of PostgreSQL in a transaction of its own: one statement, with auto-commit. Safe
 * for use by several threads.
 */
final class FunctionCaller {

  private static final System.Logger LOG = System.getLogger(FunctionCaller.class.getName());

  /**
   * The beginnings of SQL states after which the statement may be committed all the same
   * (PostgreSQL, appendix A): the connection broke; the end of the statement is not known; an
   * operator ended connections, or the database crashed; the disk is full, or failed; a fault of
   * the database, or of the driver.
   */
  private static final List<String> COMMIT_UNKNOWN =
      List.of("08", "40003", "57P", "53", "58", "XX", "99");

  /** Gives a statement its parameters. */
  interface Binding {
    void bind(PreparedStatement statement) throws SQLException;
  }

  /** Reads the one row of a result. */
  interface Reading<R> {
    R read(ResultSet row) throws SQLException;
  }

  private final DataSource database;

  FunctionCaller(DataSource database) {
    this.database = database;
  }

  /**
   * Calls a function that returns one row. What fails before the statement is sent has done
   * nothing; after that it depends.
   *
   * @param sql the statement, whose result is one row
   * @throws CommitUnknownException if it may be committed
   * @throws StorageException if it is not, nor will be
   */
  <R> R call(String sql, Binding binding, Reading<R> reading) {
    Connection connection;
    try {
      connection = database.getConnection();
    } catch (SQLException e) {
      throw new StorageException(e);
    }
    PreparedStatement statement = null;
    try {
      statement = prepare(connection, sql, binding);
      return execute(statement, reading);
    } finally {
      close(statement);
      close(connection);
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Binding binding) {
    PreparedStatement statement = null;
    try {
      connection.setAutoCommit(true);
      statement = connection.prepareStatement(sql);
      binding.bind(statement);
      return statement;
    } catch (SQLException e) {
      close(statement);
      throw new StorageException(e);
    }
  }

  private static <R> R execute(PreparedStatement statement, Reading<R> reading) {
    ResultSet rows;
    try {
      rows = statement.executeQuery();
    } catch (SQLException e) {
      throw isCommitUnknown(e) ? new CommitUnknownException(e) : new StorageException(e);
    } catch (RuntimeException e) { // of the driver, or of the server's pool
      throw new CommitUnknownException(e);
    }
    try { // it is committed
      if (!rows.next()) {
        throw new IllegalStateException("a function without a result");
      }
      return reading.read(rows);
    } catch (SQLException | RuntimeException e) {
      throw new CommitUnknownException(e);
    }
  }

  private static boolean isCommitUnknown(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.isEmpty() || COMMIT_UNKNOWN.stream().anyMatch(state::startsWith);
  }

  /** A failure changes nothing of the statement's result, and is only logged. */
  private static void close(@Nullable AutoCloseable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "a connection was not given back: {0}", e.getMessage());
    }
  }
}
