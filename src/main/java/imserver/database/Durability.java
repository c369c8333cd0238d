package imserver.database;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Asks MariaDB and MySQL whether what is committed is on the disk: an acknowledgement says so, and
 * some installations give that up for speed.
 */
final class Durability {

  private static final System.Logger LOG = System.getLogger(Durability.class.getName());

  private static final String SETTINGS =
      "select @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog";

  private Durability() {}

  /** Logs one warning where acknowledged messages can be lost by a crash of the database. */
  static void warn(DataSource source, Vendor vendor) {
    if (vendor != Vendor.MARIADB) {
      return;
    }
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SETTINGS)) {
      row.next();
      List<String> risks = risks(row.getInt(1), row.getBoolean(2), row.getInt(3));
      if (!risks.isEmpty()) {
        LOG.log(
            Level.WARNING,
            "a crash of the database can lose messages that were acknowledged just before: set {0}",
            String.join(" and ", risks));
      }
    } catch (SQLException e) { // it is no reason not to start
      LOG.log(Level.WARNING, "whether commits are on the disk is not known: {0}", e.getMessage());
    }
  }

  /** What is to be set. The binary log only matters where there is one. */
  static List<String> risks(int flushLog, boolean hasBinaryLog, int syncBinaryLog) {
    List<String> risks = new ArrayList<>();
    if (flushLog != 1) {
      risks.add("innodb_flush_log_at_trx_commit=1 (it is " + flushLog + ")");
    }
    if (hasBinaryLog && syncBinaryLog != 1) {
      risks.add("sync_binlog=1 (it is " + syncBinaryLog + ")");
    }
    return risks;
  }
}
