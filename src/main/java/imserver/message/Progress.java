package imserver.message;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How long a request has been waiting, and whether it was answered. Safe for use by several
 * threads: the one that stores it, and the one that answers what takes too long.
 */
final class Progress {

  private final long takenInAt = System.nanoTime();
  private final AtomicBoolean answered = new AtomicBoolean();

  /** Whether it has been waiting for so long, or longer. */
  boolean isOlderThan(Duration age) {
    return System.nanoTime() - takenInAt >= age.toNanos();
  }

  /**
   * Takes note that it is answered; true for the first who calls. Nobody else may answer: who was
   * told that it takes too long is not told later that it is stored, and tries again.
   */
  boolean answer() {
    return answered.compareAndSet(false, true);
  }
}
