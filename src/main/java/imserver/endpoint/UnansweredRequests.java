package imserver.endpoint;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many requests of a connection are not answered, so that it can be ended without losing an
 * answer. Safe for use by several threads.
 */
final class UnansweredRequests {

  private final AtomicInteger count = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile @Nullable Runnable whenNone;

  /** Counts a request; false where none are taken any more. */
  boolean take() {
    count.incrementAndGet(); // first: either this call sees the end, or the end sees the request
    if (whenNone == null) {
      return true;
    }
    answered(1);
    return false;
  }

  /** So many requests were answered. */
  void answered(int answers) {
    if (count.addAndGet(-answers) <= 0) {
      runIfNone();
    }
  }

  /** Takes no more requests; runs {@code task} when all are answered, once. */
  void end(Runnable task) {
    whenNone = task;
    runIfNone();
  }

  private void runIfNone() {
    Runnable task = whenNone;
    if (task != null && count.get() <= 0 && over.compareAndSet(false, true)) {
      task.run();
    }
  }
}
