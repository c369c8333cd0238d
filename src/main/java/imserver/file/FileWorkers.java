package imserver.file;

import imserver.file.FileRefusedException.Reason;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.AbortPolicy;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait for the disk or the database where files are concerned, so that none of the
 * container does, and none that messages need. All uploads together are kept at a bounded rate:
 * messages wait for the same disk, behind all that was written before them. Safe for use by several
 * threads.
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

  /** What may be kept at once after a pause. */
  private static final long BURST = 4L * Upload.CHUNK;

  private final ThreadPoolExecutor storing;
  private final ThreadPoolExecutor looking;
  private final ThreadPoolExecutor fetching;
  private final ScheduledThreadPoolExecutor timer;
  private final @Nullable Bucket rate;

  /** One for each upload at most. */
  private final Set<Paced<?>> paced = ConcurrentHashMap.newKeySet();

  /**
   * Threads.
   *
   * @param areRemote whether files are read from an object storage, so that downloads have threads
   *     of their own: one that does not answer holds up no upload
   * @param bytesPerSecond of all uploads together; 0 for as many as there are
   */
  FileWorkers(ThreadFactory threads, boolean areRemote, long bytesPerSecond) {
    rate = bytesPerSecond == 0 ? null : bucket(bytesPerSecond);
    storing = pool(STORING, STORING_WAITING, threads);
    looking = pool(LOOKING, LOOKING_WAITING, threads);
    fetching = areRemote ? pool(FETCHING, STORING_WAITING, threads) : storing;
    timer = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private static Bucket bucket(long bytesPerSecond) {
    return Bucket.builder()
        .withCustomTimePrecision(TimeMeter.SYSTEM_NANOTIME)
        .addLimit(
            limit -> limit.capacity(BURST).refillGreedy(bytesPerSecond, Duration.ofSeconds(1)))
        .build();
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

  /**
   * Keeps bytes of an upload, when it is their turn by the rate.
   *
   * @param length how many
   */
  <T> CompletableFuture<T> keep(int length, Callable<T> work) {
    long wait = rate == null ? 0 : rate.consumeIgnoringRateLimits(length);
    if (wait <= 0) {
      return store(work);
    }
    Paced<T> later = new Paced<>(work);
    paced.add(later);
    var unused = timer.schedule(later, wait, TimeUnit.NANOSECONDS);
    if (timer.isShutdown()) {
      refuse(later.done);
    }
    return later.done;
  }

  /** Bytes that wait for their turn. */
  private final class Paced<T> implements Runnable {

    private final Callable<T> work;
    private final CompletableFuture<T> done = new CompletableFuture<>();

    Paced(Callable<T> work) {
      this.work = work;
    }

    @Override
    public void run() {
      paced.remove(this);
      var unused =
          store(work)
              .whenComplete(
                  (result, error) -> {
                    if (error == null) {
                      done.complete(result);
                    } else {
                      done.completeExceptionally(error);
                    }
                  });
    }
  }

  private static void refuse(CompletableFuture<?> done) {
    done.completeExceptionally(new FileRefusedException(Reason.BUSY));
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
      refuse(done);
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
    paced.forEach(each -> refuse(each.done));
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
