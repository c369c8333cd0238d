package imserver.message;

import imserver.database.SqlDialect;
import imserver.database.Vendor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one transaction. Parameters are numbers, texts, times, and collections of
 * numbers, which are tables for the database. Their text is that of {@link SqlDialect}. For one
 * thread.
 */
final class StepStatements {

  private final Connection connection;
  private final SqlDialect dialect;

  StepStatements(Connection connection, SqlDialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
  }

  /** Which database it is. */
  Vendor vendor() {
    return dialect.vendor();
  }

  /** See {@link SqlDialect#locking}. */
  String locking(String clause) {
    return dialect.locking(clause);
  }

  /** Reads one row. */
  interface Reading<R> {
    R read(ResultSet row) throws SQLException;
  }

  /** The rows of a query, whose columns are whole numbers; null is 0. */
  List<long[]> rows(String sql, Object... parameters) throws SQLException {
    return read(StepStatements::numbers, sql, parameters);
  }

  /** The columns of a row, which are whole numbers; null is 0. */
  static long[] numbers(ResultSet row) throws SQLException {
    long[] numbers = new long[row.getMetaData().getColumnCount()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = row.getLong(i + 1);
    }
    return numbers;
  }

  /** The rows of a query, in their order. */
  <R> List<R> read(Reading<R> reading, String sql, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepared(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      List<R> found = new ArrayList<>();
      while (rows.next()) {
        found.add(reading.read(rows));
      }
      return found;
    }
  }

  /** The first column of the rows. */
  List<Long> numbers(String sql, Object... parameters) throws SQLException {
    return rows(sql, parameters).stream().map(row -> row[0]).toList();
  }

  /** The same of a query whose text is put together for this call; on MariaDB. */
  <R> List<R> readOnce(Reading<R> reading, String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      set(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        List<R> found = new ArrayList<>();
        while (rows.next()) {
          found.add(reading.read(rows));
        }
        return found;
      }
    }
  }

  /** Runs a query for what it does. */
  void run(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(dialect.sql(sql))) {
      statement.execute();
    }
  }

  /** Returns how many rows were written. */
  int update(String sql, @Nullable Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepared(sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  /** Runs one statement for each of several lists of parameters, in their order. */
  void updateEach(String sql, List<Object[]> each) throws SQLException {
    if (each.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(dialect.sql(sql))) {
      for (Object[] parameters : each) {
        set(statement, parameters);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /**
   * Inserts rows by one statement, whatever their number; on MariaDB.
   *
   * @param before up to "values", without it
   * @param row such as "(?, ?)"
   * @param rows at least one
   * @param after what follows the values; "" for nothing
   * @return the id that the first row was given, where the table gives ids: those of the others
   *     follow it without a gap; else 0
   */
  long insertRows(String before, String row, List<@Nullable Object[]> rows, String after)
      throws SQLException {
    String sql = before + " values " + (row + ",").repeat(rows.size() - 1) + row + " " + after;
    try (PreparedStatement statement =
        connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
      int index = 0;
      for (@Nullable Object[] values : rows) {
        for (Object value : values) {
          statement.setObject(++index, value);
        }
      }
      statement.executeUpdate();
      try (ResultSet ids = statement.getGeneratedKeys()) {
        return ids.next() ? ids.getLong(1) : 0;
      }
    }
  }

  /** The same where each row has nothing but its parameters. */
  long insertRows(String before, List<@Nullable Object[]> rows, String after) throws SQLException {
    String row = "(" + "?,".repeat(rows.get(0).length - 1) + "?)";
    return insertRows(before, row, rows, after);
  }

  /** Ids of the same sequence as those of messages; to be drawn when users are locked. */
  List<Long> messageIds(int count, OffsetDateTime now) throws SQLException {
    return switch (dialect.vendor()) {
      case POSTGRESQL ->
          numbers(
              "select nextval('message_id') from generate_series(1, cast(? as integer))", count);
      case H2 -> numbers("select nextval('message_id') from system_range(1, ?)", count);
      case MARIADB -> messageIdsOfRows(count, now);
    };
  }

  /** By rows that are deleted at once: the counter of the ids of messages gives none else. */
  private List<Long> messageIdsOfRows(int count, OffsetDateTime now) throws SQLException {
    String key = "!" + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new Object[] {0, -1, "", "", key + "." + i, now});
    }
    long first =
        insertRows(
            "insert into message"
                + " (sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)",
            rows,
            "");
    update("delete from message where id between ? and ?", first, first + count - 1);
    return LongStream.range(first, first + count).boxed().toList();
  }

  private PreparedStatement prepared(String sql, @Nullable Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(dialect.sql(sql));
    try {
      set(statement, parameters);
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  /** Two collections that follow each other are the columns of one table. */
  private void set(PreparedStatement statement, @Nullable Object... parameters)
      throws SQLException {
    int index = 0;
    for (int i = 0; i < parameters.length; i++) {
      if (!(parameters[i] instanceof Collection<?> first)) {
        statement.setObject(++index, parameters[i]);
      } else if (i + 1 < parameters.length && parameters[i + 1] instanceof Collection<?> second) {
        i++;
        for (Object column : dialect.numberPairs(longs(first), longs(second))) {
          statement.setObject(++index, array(column));
        }
      } else {
        statement.setObject(++index, array(dialect.numbers(longs(first))));
      }
    }
  }

  private static List<Long> longs(Collection<?> numbers) {
    return numbers.stream().map(Long.class::cast).toList();
  }

  private Object array(Object numbers) throws SQLException {
    return numbers instanceof Long[] array ? connection.createArrayOf("bigint", array) : numbers;
  }

  /**
   * The next id of a sequence of those that JPA entities draw from too; for steps of moderators and
   * reports. MySQL has none: there it is a row of the table that the JPA provider takes then.
   */
  long nextId(String sequence) throws SQLException {
    if (dialect.vendor() != Vendor.MARIADB) {
      return numbers("select nextval('" + sequence + "')").get(0);
    }
    if (connection.getMetaData().getDatabaseProductName().equals("MariaDB")) {
      return numbers("select nextval(" + sequence + ")").get(0);
    }
    update(
        "update SEQUENCE set SEQ_COUNT = last_insert_id(SEQ_COUNT + 1) where SEQ_NAME = ?",
        sequence);
    return numbers("select last_insert_id()").get(0);
  }
}
