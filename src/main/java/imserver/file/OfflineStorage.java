package imserver.file;

import imserver.config.Config;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;

/**
 * The object storage of a database, for {@code imserver.transfer}. Every method waits, and throws
 * {@link imserver.database.StorageException} where the database or the storage does not answer. For
 * one thread.
 */
public final class OfflineStorage implements AutoCloseable {

  private static final int STEP = 500;
  private static final int FILES_OF_A_LINE = 1000;

  private final FileDatabase database;
  private final FileStore local;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ObjectStore remote;

  /**
   * Of a database.
   *
   * @param folder where files are where the database does not keep them itself
   */
  public OfflineStorage(
      DataSource database, Vendor vendor, Path folder, Config.ObjectStorage settings) {
    WriteTurn turn = new WriteTurn();
    this.database = new FileDatabase(database, vendor, turn);
    this.local = FileBytes.store(database, vendor, turn, folder);
    this.remote = ObjectStore.of(settings, this.database, timer);
  }

  /** Whether there is as much of a file as its row says. */
  public boolean has(long fileId, long size) {
    return remote.size(fileId, FileVariant.CONTENT) == size;
  }

  /**
   * Brings all files back to where uploads are kept. What is broken off may be begun again.
   *
   * @return how many stay, since they are not as their rows say
   */
  public long fetchAll(PrintStream out) {
    FileMover mover = new FileMover(new FileTable(database, 0), local, remote);
    long fetched = 0;
    long left = 0;
    for (List<Long> ids = remote.kept(0, STEP);
        !ids.isEmpty();
        ids = remote.kept(ids.get(ids.size() - 1), STEP)) {
      for (long id : ids) {
        if (mover.fromStorage(id)) {
          fetched++;
        } else {
          left++;
        }
        if ((fetched + left) % FILES_OF_A_LINE == 0) {
          out.printf("  files: %,d …%n", fetched + left);
        }
      }
    }
    out.printf("  files: %,d%n", fetched);
    if (left > 0) {
      out.printf("left where they are, without a row or not as it says: %,d%n", left);
    }
    return left;
  }

  @Override
  public void close() {
    remote.close();
    timer.shutdownNow();
  }
}
