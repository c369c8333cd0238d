package imserver.transfer;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The columns of a table that are written, in the order of their names: all but those that the
 * database makes by itself.
 *
 * @param types by the names
 * @param numbered those for which the database draws numbers where none is given
 */
record Columns(SortedMap<String, ColumnType> types, Set<String> numbered) {

  static Columns of(Connection connection, String table) throws SQLException {
    SortedMap<String, ColumnType> types = new TreeMap<>();
    SortedSet<String> numbered = new TreeSet<>();
    try (ResultSet rows =
        connection
            .getMetaData()
            .getColumns(connection.getCatalog(), connection.getSchema(), table, "%")) {
      while (rows.next()) {
        // A "_" in the name of the table stands for any letter.
        if (!rows.getString("TABLE_NAME").equals(table)
            || "YES".equals(rows.getString("IS_GENERATEDCOLUMN"))) {
          continue;
        }
        String name = rows.getString("COLUMN_NAME").toLowerCase(Locale.ROOT);
        types.put(name, ColumnType.of(rows.getInt("DATA_TYPE"), rows.getString("TYPE_NAME")));
        if ("YES".equals(rows.getString("IS_AUTOINCREMENT"))) {
          numbered.add(name);
        }
      }
    }
    if (types.isEmpty()) {
      throw new SQLException("there is no table " + table);
    }
    return new Columns(types, numbered);
  }

  /**
   * Those that another database has too: all but {@link Tables#OWN_KEYS}.
   *
   * @throws SQLException if another one is missing in one of the two
   */
  Columns common(Columns other, String table) throws SQLException {
    SortedMap<String, ColumnType> common = new TreeMap<>(types);
    common.keySet().retainAll(other.types.keySet());
    SortedSet<String> missing = new TreeSet<>(types.keySet());
    missing.addAll(other.types.keySet());
    missing.removeAll(common.keySet());
    missing.removeIf(name -> Tables.OWN_KEYS.contains(table + "." + name));
    if (!missing.isEmpty()) {
      throw new SQLException(table + ": " + missing + " are in one of the databases alone");
    }
    return new Columns(common, numbered);
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

  ColumnType[] inOrder() {
    return types.values().toArray(ColumnType[]::new);
  }
}
