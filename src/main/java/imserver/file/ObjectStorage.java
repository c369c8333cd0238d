package imserver.file;

import imserver.config.Config;
import imserver.database.StorageException;
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
    timer = new ScheduledThreadPoolExecutor(1, threads);
    timer.setRemoveOnCancelPolicy(true);
    store = ObjectStore.of(settings, database, timer);
    files = new TieredFiles(local, store);
    moves = new StorageMoves(table, local, store, threads, clock);
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
