package imserver.cluster;

import imserver.monitoring.TaskWatch;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Changes that were heard, on their way to the listener, which gets them one list after the other:
 * it may wait for the database, the bus must not. Safe for use by several threads; no method waits.
 */
final class Inbox {

  private static final System.Logger LOG = System.getLogger(Inbox.class.getName());

  /** Lists that wait, each of which fits into a frame. */
  static final int CAPACITY = 2000;

  private final Consumer<List<Change>> listener;
  private final Runnable missed;
  private final TaskWatch watch;
  private final ThreadPoolExecutor thread;

  /**
   * An empty one, with a thread from the first change on.
   *
   * @param missed told when a list had no room, or made the listener fail
   * @param watch whether the listener goes on
   */
  Inbox(Consumer<List<Change>> listener, Runnable missed, ThreadFactory threads, TaskWatch watch) {
    this.listener = listener;
    this.missed = missed;
    this.watch = watch;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(CAPACITY),
            threads,
            (task, executor) -> missed.run());
  }

  /** Takes changes, in the order in which they were heard. */
  void add(List<Change> changes) {
    thread.execute(() -> tell(changes));
  }

  private void tell(List<Change> changes) {
    watch.begin();
    try {
      listener.accept(changes);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "what another server told was not used", e);
      missed.run();
    } finally {
      watch.end();
    }
  }

  /** Ends the thread, and drops what waits. */
  void stop() {
    var unused = thread.shutdownNow();
  }
}
