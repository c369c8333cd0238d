package imserver.transfer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What ids are drawn from: a sequence; or the counter of a table, where its first column is
 * numbered by the database; or, where that has no sequences, a row of the table {@code SEQUENCE}.
 */
record Counter(Connection connection, Kind kind, String sequence, List<String> columns) {

  private enum Kind {
    /** Drawn by a function whose parameter is a text. */
    SEQUENCE,
    /** Drawn by a function whose parameter is a name. */
    NAMED_SEQUENCE,
    /** Of a table. */
    NUMBERED,
    /** Holds what was drawn last. */
    ROW
  }

  /** The one of {@link Tables#SEQUENCES} as a database has it. */
  static Counter of(Connection connection, String sequence) throws SQLException {
    Map<String, List<String>> all = Tables.SEQUENCES;
    List<String> columns = Objects.requireNonNull(all.get(sequence), sequence);
    String product = connection.getMetaData().getDatabaseProductName();
    Kind kind =
        Columns.of(connection, table(columns)).numbered().contains("id")
            ? Kind.NUMBERED
            : product.equals("MySQL")
                ? Kind.ROW
                : product.equals("MariaDB") ? Kind.NAMED_SEQUENCE : Kind.SEQUENCE;
    return new Counter(connection, kind, sequence, columns);
  }

  private static String table(List<String> columns) {
    return columns.get(0).split("\\.", 2)[0];
  }

  /** A number above all that were drawn. */
  long next() throws SQLException {
    long next =
        switch (kind) {
          case SEQUENCE -> number("select nextval('" + sequence + "')");
          case NAMED_SEQUENCE -> number("select nextval(" + sequence + ")");
          case ROW ->
              number("select SEQ_COUNT + 1 from SEQUENCE where SEQ_NAME = '" + sequence + "'");
          case NUMBERED ->
              number(
                  "select auto_increment from information_schema.tables where table_schema ="
                      + " database() and table_name = '"
                      + table(columns)
                      + "'");
        };
    for (String column : columns) {
      String[] parts = column.split("\\.", 2);
      next = Math.max(next, number("select max(" + parts[1] + ") from " + parts[0]) + 1);
    }
    return next;
  }

  private long number(String query) throws SQLException {
    return Installation.number(connection, query);
  }

  /** What is drawn next is this. */
  void continueAt(long next) throws SQLException {
    switch (kind) {
      case SEQUENCE, NAMED_SEQUENCE ->
          execute("alter sequence " + sequence + " restart with " + next);
      case NUMBERED -> execute("alter table " + table(columns) + " auto_increment = " + next);
      case ROW -> {
        execute("delete from SEQUENCE where SEQ_NAME = '" + sequence + "'");
        try (PreparedStatement insert =
            connection.prepareStatement(
                "insert into SEQUENCE (SEQ_NAME, SEQ_COUNT) values (?, ?)")) {
          insert.setString(1, sequence);
          insert.setLong(2, next - 1);
          insert.executeUpdate();
        }
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
