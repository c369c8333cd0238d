package imserver.file;

import imserver.database.StorageException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/**
 * Deletes what nothing needs, in a thread of its own, by small steps with pauses between them:
 * files that are in no message a day after they were begun, what is left over of uploads that broke
 * off with their server, after two hours, and bytes in the store without a row. Servers on one
 * database may do so at once: each deletion looks anew.
 */
final class FileSweep {

  private static final System.Logger LOG = System.getLogger(FileSweep.class.getName());

  /** Rows that are looked at in a step. */
  static final int STEP = 500;

  private static final Duration PAUSE = Duration.ofMillis(200);

  /** From one pass over all files to the next, and before the first. */
  private static final Duration REST = Duration.ofMinutes(30);

  private static final Duration STOP = Duration.ofSeconds(4);

  private final FileTable table;
  private final KeptFiles store;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor thread;
  private long at;
  private long keptAt;
  private boolean failing;

  FileSweep(FileTable table, KeptFiles store, ThreadFactory threads, Clock clock) {
    this.table = table;
    this.store = store;
    this.clock = clock;
    thread = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    schedule(REST);
  }

  private void schedule(Duration delay) {
    var unused = thread.schedule(this::run, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run() {
    Duration delay = REST;
    try {
      delay = step() ? PAUSE : REST;
      failing = false;
    } catch (StorageException e) {
      LOG.log(
          failing ? Level.DEBUG : Level.WARNING,
          "files that nothing needs are not deleted for now: {0}",
          e.getMessage());
      failing = true;
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a step of deleting files failed", e);
    } finally {
      schedule(delay);
    }
  }

  /** Looks at some files; whether there are more of this pass. */
  boolean step() {
    OffsetDateTime now = OffsetDateTime.now(clock);
    List<FileTable.Candidate> files = table.next(at, STEP, now);
    for (FileTable.Candidate each : files) {
      if (each.isUnneeded() && deleteRow(each.fileId(), now)) {
        store.delete(each.fileId());
      }
      at = each.fileId();
    }
    if (files.size() == STEP) {
      return true;
    }
    List<Long> kept = store.kept(keptAt, STEP);
    for (long id : kept) {
      if (table.find(id).isEmpty()) {
        store.delete(id);
      }
      keptAt = id;
    }
    if (kept.size() == STEP) {
      return true;
    }
    table.forgetUploads(now);
    at = 0;
    keptAt = 0;
    return false;
  }

  /** A message that takes it in this moment keeps it: the database refuses to delete it. */
  private boolean deleteRow(long fileId, OffsetDateTime now) {
    try {
      return table.deleteUnneeded(fileId, now);
    } catch (StorageException e) {
      LOG.log(Level.DEBUG, "a file is not deleted for now: {0}", e.getMessage());
      return false;
    }
  }

  /** Ends with the step that is being done. */
  void stop() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
