package imserver.message;

import imserver.database.Vendor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The statements of one transaction. Parameters are numbers, texts, times, and collections of
 * numbers, which are arrays for the database. For one thread.
 */
final class StepStatements {

  private final Connection connection;
  private final Vendor vendor;

  StepStatements(Connection connection, Vendor vendor) {
    this.connection = connection;
    this.vendor = vendor;
  }

  /** A clause by which rows are locked; none on H2, where one transaction writes at a time. */
  String locking(String clause) {
    return vendor == Vendor.POSTGRESQL ? " " + clause : "";
  }

  /** The rows of a query, whose columns are whole numbers; null is 0. */
  List<long[]> rows(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepared(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      int columns = rows.getMetaData().getColumnCount();
      List<long[]> found = new ArrayList<>();
      while (rows.next()) {
        long[] row = new long[columns];
        for (int i = 0; i < columns; i++) {
          row[i] = rows.getLong(i + 1);
        }
        found.add(row);
      }
      return found;
    }
  }

  /** The first column of the rows. */
  List<Long> numbers(String sql, Object... parameters) throws SQLException {
    return rows(sql, parameters).stream().map(row -> row[0]).toList();
  }

  /** Runs a query for what it does. */
  void run(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }

  /** Returns how many rows were written. */
  int update(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepared(sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  /** Runs one statement for each of several lists of parameters, in their order. */
  void updateEach(String sql, List<Object[]> each) throws SQLException {
    if (each.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Object[] parameters : each) {
        set(statement, parameters);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private PreparedStatement prepared(String sql, Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      set(statement, parameters);
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private void set(PreparedStatement statement, Object... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      Object parameter = parameters[i];
      statement.setObject(
          i + 1,
          parameter instanceof Collection<?> numbers
              ? connection.createArrayOf("bigint", numbers.toArray())
              : parameter);
    }
  }
}
