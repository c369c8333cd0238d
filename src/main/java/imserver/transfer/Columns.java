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
   * Those that another database has too. One that is missing there has to be numbered here, so that
   * it says nothing.
   */
  Columns common(Columns other, String table) throws SQLException {
    requireNumbered(types.keySet(), other.types.keySet(), numbered, table);
    requireNumbered(other.types.keySet(), types.keySet(), other.numbered, table);
    SortedMap<String, ColumnType> common = new TreeMap<>(types);
    common.keySet().retainAll(other.types.keySet());
    return new Columns(common, numbered);
  }

  private static void requireNumbered(
      Set<String> here, Set<String> there, Set<String> numbered, String table) throws SQLException {
    for (String name : here) {
      if (!there.contains(name) && !numbered.contains(name)) {
        throw new SQLException(table + "." + name + " is in one of the databases alone");
      }
    }
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
