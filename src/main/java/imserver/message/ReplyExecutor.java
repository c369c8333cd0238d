package imserver.message;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.AbortPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has a lane's answers and deliveries go out while the lane stores what comes next: in the order in
 * which they are given to it, and one batch ahead at most. Where nobody waits to be stored they go
 * out at once, in the lane's own thread: to wake another costs more than it brings. To be given
 * work by one thread.
 */
final class ReplyExecutor implements Executor {

  private static final System.Logger LOG = System.getLogger(ReplyExecutor.class.getName());

  private final BooleanSupplier othersWait;

  /** Free when what was given before is told. */
  private final Semaphore previous = new Semaphore(1);

  private @Nullable ThreadPoolExecutor thread;

  /**
   * Without a thread yet: does everything at once.
   *
   * @param othersWait whether the lane has something to store meanwhile
   */
  ReplyExecutor(BooleanSupplier othersWait) {
    this.othersWait = othersWait;
  }

  /**
   * Starts the thread.
   *
   * @throws IllegalStateException if there is none to be had
   */
  void start(ThreadFactory threads) {
    ThreadPoolExecutor single =
        new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads, new AbortPolicy());
    if (!single.prestartCoreThread()) {
      throw new IllegalStateException("no thread for the answers of a lane");
    }
    thread = single;
  }

  @Override
  public void execute(Runnable task) {
    previous.acquireUninterruptibly();
    if (thread == null || !othersWait.getAsBoolean()) {
      runTask(task);
      return;
    }
    try {
      thread.execute(() -> runTask(task));
    } catch (RuntimeException | Error e) { // it has stopped, or memory is short
      runTask(task);
    }
  }

  private void runTask(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      // A fault of ours or of the machine (memory): who was told nothing tries again.
      LOG.log(Level.ERROR, "an answer or a delivery was dropped", e);
    } finally {
      previous.release();
    }
  }

  /** Ends when all is told; what is given to it later goes out at once. Does not wait. */
  void stop() {
    if (thread != null) {
      thread.shutdown();
    }
  }

  /** Waits for the end, for a bounded time. */
  void awaitEnd(Duration patience) throws InterruptedException {
    if (thread != null) {
      var unused = thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
