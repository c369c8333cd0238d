package imserver.transfer;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** The columns of a table that are written: all but those that the database makes by itself. */
record Columns(SortedMap<String, ColumnType> types) {

  static Columns of(Connection connection, String table) throws SQLException {
    SortedMap<String, ColumnType> types = new TreeMap<>();
    try (ResultSet rows =
        connection
            .getMetaData()
            .getColumns(connection.getCatalog(), connection.getSchema(), table, "%")) {
      while (rows.next()) {
        // A "_" in the name of the table stands for any letter.
        if (rows.getString("TABLE_NAME").equals(table)
            && !"YES".equals(rows.getString("IS_GENERATEDCOLUMN"))) {
          types.put(
              rows.getString("COLUMN_NAME").toLowerCase(Locale.ROOT),
              ColumnType.of(rows.getInt("DATA_TYPE"), rows.getString("TYPE_NAME")));
        }
      }
    }
    if (types.isEmpty()) {
      throw new SQLException("there is no table " + table);
    }
    return new Columns(types);
  }

  ColumnType type(String column) {
    return Objects.requireNonNull(types.get(column), column);
  }

  String names() {
    return String.join(", ", types.keySet());
  }

  String select(String table) {
    return "select " + names() + " from " + table;
  }

  String insert(String table) {
    String parameters = "?, ".repeat(types.size() - 1) + "?";
    return "insert into " + table + " (" + names() + ") values (" + parameters + ")";
  }

  /** Returns if the columns of another database are these. */
  void requireSame(Columns other, String table) throws SQLException {
    if (!types.keySet().equals(other.types.keySet())) {
      throw new SQLException("the columns of " + table + " are not the same in both databases");
    }
  }

  ColumnType[] inOrder() {
    return types.values().toArray(ColumnType[]::new);
  }
}
