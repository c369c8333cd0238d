package imserver.file;

import imserver.config.Config;
import imserver.database.StorageException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

/** The object storage of a server, with its threads. Safe for use by several threads. */
final class ObjectStorage {

  private final ScheduledThreadPoolExecutor timer;
  private final ObjectStore store;
  private final TieredFiles files;
  private final StorageMoves moves;

  /**
   * Begins to move files there.
   *
   * @throws StorageException if the database does not say which installation this is
   */
  ObjectStorage(
      Config.ObjectStorage settings,
      FileDatabase database,
      FileTable table,
      FileStore local,
      ThreadFactory threads,
      Clock clock) {
    String installation = database.read(ObjectStorage::installation);
    timer = new ScheduledThreadPoolExecutor(1, threads);
    timer.setRemoveOnCancelPolicy(true);
    store = new ObjectStore(settings, installation, timer);
    files = new TieredFiles(local, store);
    moves = new StorageMoves(table, local, store, threads, clock);
  }

  private static String installation(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select id from installation")) {
      if (!rows.next()) {
        throw new SQLException("the table installation is empty");
      }
      return rows.getString(1);
    }
  }

  /** Those that are there, and those that are not there yet. */
  KeptFiles files() {
    return files;
  }

  /** Has a file moved that is complete by now. Does not wait. */
  void soon() {
    moves.soon();
  }

  void stop() {
    moves.stop();
    store.close();
    timer.shutdownNow();
  }
}
