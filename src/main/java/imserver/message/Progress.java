package imserver.message;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How long a request has been waiting, and whether it was answered. Safe for use by several
 * threads: the one that stores it, and the one that answers what takes too long.
 */
final class Progress {

  private enum State {
    OPEN,
    FAILED,
    DONE
  }

  private final long takenInAt = System.nanoTime();
  private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

  /** Whether it has been waiting for so long, or longer. */
  boolean isOlderThan(Duration age) {
    return System.nanoTime() - takenInAt >= age.toNanos();
  }

  /** Whether a failure is the first answer. */
  boolean fail() {
    return state.compareAndSet(State.OPEN, State.FAILED);
  }

  /** Takes note of a success; whether it is the first answer. */
  boolean succeed() {
    return state.getAndSet(State.DONE) == State.OPEN;
  }
}
