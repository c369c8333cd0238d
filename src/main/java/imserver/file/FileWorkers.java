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

  private static final Duration STOP = Duration.ofSeconds(4);

  private final ThreadPoolExecutor storing;
  private final ThreadPoolExecutor looking;
  private final ScheduledThreadPoolExecutor timer;

  FileWorkers(ThreadFactory threads) {
    storing = pool(STORING, STORING_WAITING, threads);
    looking = pool(LOOKING, LOOKING_WAITING, threads);
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
    try {
      if (!storing.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        storing.shutdownNow();
      }
      looking.shutdownNow();
    } catch (InterruptedException e) {
      storing.shutdownNow();
      looking.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
