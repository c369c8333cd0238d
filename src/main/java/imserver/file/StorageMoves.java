package imserver.file;

import imserver.database.StorageException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Moves complete files to the object storage, in a thread of its own: those that are uploaded, soon
 * after, and those that were here before there was a storage. While that does not answer, files
 * stay where they are, where they are as safe. Safe for use by several threads.
 */
final class StorageMoves {

  private static final System.Logger LOG = System.getLogger(StorageMoves.class.getName());

  private static final int STEP = 100;

  /** From one look at all files to the next, where none was uploaded; */
  private static final Duration REST = Duration.ofMinutes(1);

  /** and after an upload, so that several are moved in one look. */
  private static final Duration SOON = Duration.ofSeconds(1);

  /** What a server has begun to put takes minutes at most. */
  private static final Duration STALE = Duration.ofDays(1);

  private static final Duration STOP = Duration.ofSeconds(4);

  private final FileStore local;
  private final ObjectStore remote;
  private final FileMover mover;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor thread;
  private final AtomicBoolean isAskedFor = new AtomicBoolean();
  private Instant staleLookedFor = Instant.MIN;
  private long at;
  private boolean isFailing;

  StorageMoves(
      FileTable table, FileStore local, ObjectStore remote, ThreadFactory threads, Clock clock) {
    this.local = local;
    this.remote = remote;
    this.mover = new FileMover(table, local, remote);
    this.clock = clock;
    thread = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    var unused =
        thread.scheduleWithFixedDelay(
            this::run, SOON.toMillis(), REST.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Has a file moved that is complete by now. Does not wait. */
  void soon() {
    if (isAskedFor.compareAndSet(false, true)) {
      var unused =
          thread.schedule(
              () -> {
                isAskedFor.set(false);
                run();
              },
              SOON.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }

  private void run() {
    try {
      while (step() && !thread.isShutdown()) {
        // there is more
      }
      abortStale();
      if (isFailing) {
        LOG.log(Level.INFO, "files are moved to the object storage again");
        isFailing = false;
      }
    } catch (StorageException e) {
      LOG.log(
          isFailing ? Level.DEBUG : Level.WARNING,
          "files are not moved to the object storage for now, and stay where they are: {0}",
          e.getMessage());
      isFailing = true;
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "moving files to the object storage failed", e);
    }
  }

  /** Looks at some files; whether there are more. The next time goes on after one that fails. */
  boolean step() {
    List<Long> ids = local.kept(at, STEP);
    for (long id : ids) {
      at = id;
      mover.toStorage(id);
    }
    if (ids.size() == STEP) {
      return true;
    }
    at = 0;
    return false;
  }

  private void abortStale() {
    Instant before = clock.instant().minus(STALE);
    if (staleLookedFor.isBefore(before)) {
      remote.abortBefore(before);
      staleLookedFor = clock.instant();
    }
  }

  /** Ends with what is being done, or breaks that off. */
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
