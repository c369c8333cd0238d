package imserver.rest;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A repeated task that ends when it is known and not needed any more, in whatever order. Safe for
 * use by several threads.
 */
final class Watch {

  private @Nullable Future<?> task;
  private boolean over;

  /** It is known. */
  synchronized void of(Future<?> watching) {
    task = watching;
    if (over) {
      watching.cancel(false);
    }
  }

  /** It is not needed any more. */
  synchronized void cancel() {
    over = true;
    if (task != null) {
      task.cancel(false);
    }
  }
}
