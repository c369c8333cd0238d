package imserver.message;

import imserver.monitoring.Traces;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How long a request has been waiting, and whether it was answered. Safe for use by several
 * threads: the one that stores it, and the one that answers what takes too long.
 */
final class Progress {

  private final long takenInAt = System.nanoTime();
  private final AtomicBoolean answered = new AtomicBoolean();
  private @Nullable Span span;

  /** Its span begins. To be called before other threads have it. */
  void begin(@Nullable Span begun) {
    span = begun;
  }

  /** Its span, which ends with the answer; null where there is none. */
  @Nullable Span span() {
    return span;
  }

  /** Whether it has been waiting for {@code age} or longer. */
  boolean isOlderThan(Duration age) {
    return System.nanoTime() - takenInAt >= age.toNanos();
  }

  /** How long it has been waiting at {@code now}, a time of {@link System#nanoTime}. */
  long nanosAt(long now) {
    return now - takenInAt;
  }

  /**
   * Marks it as answered; true for the first call, whose caller is to answer, and for no other: a
   * client that got a failure because it took too long does not get a success later, and tries
   * again.
   */
  boolean tryAnswer() {
    return answered.compareAndSet(false, true);
  }

  /**
   * Takes note of the answer, for who was to give it.
   *
   * @param failure the code of the answer; null for a success
   */
  void answered(@Nullable String failure) {
    Traces.answered(span, failure);
  }
}
