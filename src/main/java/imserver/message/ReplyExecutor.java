package imserver.message;

import imserver.monitoring.TaskWatch;
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
 * Runs a lane's answers and deliveries while the lane stores the next batch: in the order in which
 * they are given to it, and no more than one batch behind. Where no request waits to be stored they
 * run at once, in the lane's own thread: to wake another costs more than it gains. To be called by
 * one thread.
 */
final class ReplyExecutor implements Executor {

  private static final System.Logger LOG = System.getLogger(ReplyExecutor.class.getName());

  private final BooleanSupplier othersWait;
  private final TaskWatch watch;

  /** Free when the task that was given before has run. */
  private final Semaphore previous = new Semaphore(1);

  private @Nullable ThreadPoolExecutor thread;

  /**
   * Without a thread yet: runs everything at once.
   *
   * @param othersWait whether the lane has something to store meanwhile
   * @param watch whether they go on
   */
  ReplyExecutor(BooleanSupplier othersWait, TaskWatch watch) {
    this.othersWait = othersWait;
    this.watch = watch;
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
    watch.begin();
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      // A fault of the program, or memory is short. A client that gets no answer tries again.
      LOG.log(Level.ERROR, "an answer or a delivery was dropped", e);
    } finally {
      watch.end();
      previous.release();
    }
  }

  /**
   * Ends the thread after the tasks that it has; what is given later runs at once. Does not wait.
   */
  void stop() {
    if (thread != null) {
      thread.shutdown();
    }
  }

  /** Waits for the end of the thread, for {@code timeout} at most. */
  void awaitEnd(Duration timeout) throws InterruptedException {
    if (thread != null) {
      var unused = thread.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
