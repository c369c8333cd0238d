package imserver.transfer;

import imserver.database.Vendor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Copies a table as a stream, and reads one for its sum. For one thread. */
final class TableCopy {

  /** So many rows, or characters of their texts, are one transaction of the target. */
  private static final int ROWS = 1000;

  private static final long CHARACTERS = 2 << 20;

  /** So many rows are fetched at a time. */
  private static final int FETCHED = 500;

  private final Connection source;
  private final Connection target;

  /** Between two connections that do not commit by themselves. */
  TableCopy(Connection source, Connection target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Has a connection give out rows as they are read, from a snapshot where the database has such:
   * by default H2 keeps a result on disk, and PostgreSQL's driver in memory.
   */
  static void makeStreaming(Connection connection, Vendor vendor) throws SQLException {
    connection.setAutoCommit(false);
    if (vendor == Vendor.H2) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("set lazy_query_execution 1");
      }
    } else {
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    }
  }

  /** What is done with each row. */
  private interface Row {
    void take(@Nullable Object[] values) throws SQLException;
  }

  /**
   * Copies all rows.
   *
   * @param progress told how many, from time to time
   * @return the sum of what was read
   */
  Checksum copy(String table, LongConsumer progress) throws SQLException {
    Columns from = Columns.of(source, table);
    Columns to = Columns.of(target, table);
    from.requireSame(to, table);
    Checksum sum = new Checksum();
    try (PreparedStatement insert = target.prepareStatement(to.insert(table))) {
      Batch batch = new Batch(insert, to.inOrder());
      read(
          source,
          table,
          from,
          values -> {
            sum.add(values);
            batch.add(values);
            if (batch.isFull()) {
              batch.commit();
              progress.accept(sum.rows());
            }
          });
      batch.commit();
    }
    return sum;
  }

  /** The sum of all rows of a table. */
  static Checksum sum(Connection connection, String table) throws SQLException {
    Checksum sum = new Checksum();
    read(connection, table, Columns.of(connection, table), sum::add);
    return sum;
  }

  private static void read(Connection connection, String table, Columns columns, Row row)
      throws SQLException {
    ColumnType[] types = columns.inOrder();
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCHED);
      try (ResultSet rows = statement.executeQuery(columns.select(table))) {
        while (rows.next()) {
          Object[] values = new Object[types.length];
          for (int i = 0; i < types.length; i++) {
            values[i] = types[i].read(rows, i + 1);
          }
          row.take(values);
        }
      }
    }
  }

  private final class Batch {

    private final PreparedStatement insert;
    private final ColumnType[] types;
    private int rows;
    private long characters;

    Batch(PreparedStatement insert, ColumnType[] types) {
      this.insert = insert;
      this.types = types;
    }

    void add(@Nullable Object[] values) throws SQLException {
      for (int i = 0; i < types.length; i++) {
        Object value = values[i];
        if (value == null) {
          insert.setObject(i + 1, null);
        } else {
          types[i].write(insert, i + 1, value);
          characters += value instanceof String text ? text.length() : 0;
        }
      }
      insert.addBatch();
      rows++;
    }

    boolean isFull() {
      return rows >= ROWS || characters >= CHARACTERS;
    }

    void commit() throws SQLException {
      if (rows > 0) {
        insert.executeBatch();
        target.commit();
      }
      rows = 0;
      characters = 0;
    }
  }
}
