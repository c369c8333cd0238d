package imserver.message;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.CallerRunsPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has a lane's answers and deliveries go out while the lane stores what comes next: in the order in
 * which they are given to it, and one batch ahead at most. Where nobody waits to be stored they go
 * out at once, in the lane's own thread: to wake another costs more than it brings. To be given
 * work by one thread.
 */
final class Telling implements Executor {

  private static final System.Logger LOG = System.getLogger(Telling.class.getName());

  private final BooleanSupplier othersWait;
  private final Semaphore free = new Semaphore(1);
  private @Nullable ThreadPoolExecutor thread;

  /**
   * Without a thread yet: does everything at once.
   *
   * @param othersWait whether the lane has something to store meanwhile
   */
  Telling(BooleanSupplier othersWait) {
    this.othersWait = othersWait;
  }

  void start(ThreadFactory threads) {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads,
            new CallerRunsPolicy()); // when it has stopped
  }

  @Override
  public void execute(Runnable words) {
    free.acquireUninterruptibly();
    if (thread != null && othersWait.getAsBoolean()) {
      thread.execute(() -> tell(words));
    } else {
      tell(words);
    }
  }

  private void tell(Runnable words) {
    try {
      words.run();
    } catch (RuntimeException | Error e) {
      // A fault of ours or of the machine (memory): what is not told is asked for again.
      LOG.log(Level.ERROR, "stored, but not told", e);
    } finally {
      free.release();
    }
  }

  /** Ends when all is told, and waits for that for a bounded time. */
  void stop(Duration patience) throws InterruptedException {
    if (thread != null) {
      thread.shutdown();
      thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
