package imserver.database;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether the connections of a pool of the server are as those of our own would be ({@link
 * DatabaseAddress}). Asked of one of them, since all are made alike.
 */
final class PoolSettings {

  private static final System.Logger LOG = System.getLogger(PoolSettings.class.getName());

  /** In the middle of a day, so that no zone makes another year of it. */
  private static final String NOON = "2026-01-01 12:00:00";

  /** In seconds. What waits for 4 s our side gives up first, and it keeps its locks meanwhile. */
  private static final int LONGEST_LOCK_WAIT = 3;

  private PoolSettings() {}

  /**
   * Warns of what can make users wait.
   *
   * @throws imserver.config.InvalidConfigException if what is stored or found would be wrong
   */
  static void check(String name, Vendor vendor, Connection connection) throws SQLException {
    List<String> needed = new ArrayList<>();
    List<String> advised = new ArrayList<>();
    if (connection.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
      needed.add("the isolation READ COMMITTED");
    }
    if (!connection.getAutoCommit()) {
      needed.add("autocommit");
    }
    try (Statement statement = connection.createStatement()) {
      if (vendor == Vendor.POSTGRESQL) {
        postgresql(statement, advised);
      } else {
        mariaDb(statement, needed);
        mariaDbTimeouts(statement, advised);
      }
    }
    if (hasNoNetworkTimeout(connection)) {
      advised.add("socketTimeout");
    }
    if (!needed.isEmpty()) {
      throw ServerPool.refused(
          name, "its connections need " + String.join(", ", needed) + " (docs/DEPLOY.md)");
    }
    if (!advised.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "{0}: to the address of this data source add {1} (docs/DEPLOY.md); without it a database"
              + " that hangs or is slow holds up more than it has to",
          name,
          String.join(", ", advised));
    }
  }

  private static void postgresql(Statement statement, List<String> advised) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select current_setting('statement_timeout'), current_setting('plan_cache_mode')")) {
      row.next();
      advised.addAll(missingOptions(row.getString(1), row.getString(2)));
    }
  }

  /**
   * What of PostgreSQL is to be set, as one parameter of the address.
   *
   * @param longest how long a statement may take, {@code 0} for any
   * @param plans how plans are kept
   */
  static List<String> missingOptions(String longest, String plans) {
    List<String> missing = new ArrayList<>();
    if (longest.equals("0")) {
      missing.add("-c%20statement_timeout=3500");
    }
    if (!plans.equals("force_custom_plan")) {
      missing.add("-c%20plan_cache_mode=force_custom_plan");
    }
    return parameter("options", "%20", missing);
  }

  private static List<String> parameter(String name, String separator, List<String> values) {
    return values.isEmpty() ? List.of() : List.of(name + "=" + String.join(separator, values));
  }

  private static void mariaDb(Statement statement, List<String> needed) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select @@session.sql_mode, @@session.auto_increment_increment,"
                + " timestampdiff(second, utc_timestamp(), current_timestamp()),"
                + " timestamp('"
                + NOON
                + "')")) {
      row.next();
      String mode = row.getString(1).toUpperCase(Locale.ROOT);
      if (!mode.contains("STRICT_ALL_TABLES") && !mode.contains("STRICT_TRANS_TABLES")) {
        needed.add("STRICT_ALL_TABLES in sql_mode");
      }
      if (!mode.contains("PIPES_AS_CONCAT")) {
        needed.add("PIPES_AS_CONCAT in sql_mode");
      }
      if (row.getInt(2) != 1) {
        needed.add("auto_increment_increment=1");
      }
      boolean isUtc =
          Math.abs(row.getInt(3)) < 2
              && row.getTimestamp(4)
                  .toInstant()
                  .equals(Instant.parse(NOON.replace(' ', 'T') + "Z"));
      if (!isUtc) {
        needed.add("connectionTimeZone=UTC and forceConnectionTimeZoneToSession=true");
      }
    }
  }

  private static void mariaDbTimeouts(Statement statement, List<String> advised)
      throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select @@session.innodb_lock_wait_timeout, /*M! 1 + */ 0,"
                + " /*M! @@session.max_statement_time + */ 0")) {
      row.next();
      advised.addAll(missingTimeouts(row.getLong(1), row.getInt(2) == 1, row.getDouble(3)));
    }
  }

  /**
   * What bounds of MariaDB or MySQL are to be set, as one parameter of the address.
   *
   * @param lockWait seconds for which a statement waits for a lock
   * @param isMariaDb else it is MySQL, which has no bound for what writes
   * @param longest seconds that a statement may take, 0 for any
   */
  static List<String> missingTimeouts(long lockWait, boolean isMariaDb, double longest) {
    List<String> missing = new ArrayList<>();
    if (lockWait > LONGEST_LOCK_WAIT) {
      missing.add("innodb_lock_wait_timeout=3");
    }
    if (isMariaDb && longest == 0) {
      missing.add("max_statement_time=3.5");
    }
    return parameter("sessionVariables", ",", missing);
  }

  /** Some pools do not say. */
  private static boolean hasNoNetworkTimeout(Connection connection) {
    try {
      return connection.getNetworkTimeout() == 0;
    } catch (SQLException | AbstractMethodError e) {
      return false;
    }
  }
}
