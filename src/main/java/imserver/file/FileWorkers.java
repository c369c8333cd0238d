package imserver.file;

import imserver.file.FileRefusedException.Reason;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.AbortPolicy;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/**
 * The threads that wait for the disk or the database where files are concerned, so that none of the
 * container does, and none that messages need. Safe for use by several threads.
 */
final class FileWorkers {

  /** Each has a connection to the database for a chunk of 64 to 256 KiB at a time. */
  private static final int STORING = 3;

  /** An upload and a download have one piece here at a time. */
  private static final int STORING_WAITING = 1000;

  /** Of them one decodes; each has a connection at times. */
  private static final int LOOKING = 2;

  private static final int LOOKING_WAITING = 100;

  /** Each waits for an object storage most of the time. */
  private static final int FETCHING = 16;

  private static final Duration STOP = Duration.ofSeconds(4);

  private final ThreadPoolExecutor storing;
  private final ThreadPoolExecutor looking;
  private final ThreadPoolExecutor fetching;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * Threads.
   *
   * @param areRemote whether files are read from an object storage, so that downloads have threads
   *     of their own: one that does not answer holds up no upload
   */
  FileWorkers(ThreadFactory threads, boolean areRemote) {
    storing = pool(STORING, STORING_WAITING, threads);
    looking = pool(LOOKING, LOOKING_WAITING, threads);
    fetching = areRemote ? pool(FETCHING, STORING_WAITING, threads) : storing;
    timer = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private static ThreadPoolExecutor pool(int threads, int waiting, ThreadFactory factory) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(waiting),
        factory,
        new AbortPolicy());
  }

  /** Does what takes some milliseconds. Completed on its thread; refused where too much waits. */
  <T> CompletableFuture<T> store(Callable<T> work) {
    return submit(storing, work);
  }

  /** Reads from a file that is complete. */
  <T> CompletableFuture<T> fetch(Callable<T> work) {
    return submit(fetching, work);
  }

  /** Does what may take seconds. */
  <T> CompletableFuture<T> look(Callable<T> work) {
    return submit(looking, work);
  }

  private static <T> CompletableFuture<T> submit(ThreadPoolExecutor pool, Callable<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    try {
      pool.execute(
          () -> {
            T result;
            try {
              result = work.call();
            } catch (Exception | Error e) {
              done.completeExceptionally(e);
              return;
            }
            done.complete(result);
          });
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(new FileRefusedException(Reason.BUSY));
    }
    return done;
  }

  /** Does what does not wait, once. */
  Future<?> in(Duration delay, Runnable task) {
    return timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Does what does not wait, again and again. */
  Future<?> every(Duration period, Runnable task) {
    return timer.scheduleWithFixedDelay(
        task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ends the threads, in a bounded time. */
  void stop() {
    timer.shutdownNow();
    storing.shutdown();
    looking.shutdown();
    fetching.shutdown();
    try {
      if (!storing.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        storing.shutdownNow();
      }
      looking.shutdownNow();
      fetching.shutdownNow();
    } catch (InterruptedException e) {
      storing.shutdownNow();
      looking.shutdownNow();
      fetching.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
