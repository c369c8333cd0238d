package imserver.session;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one connection may still send: {@code rate} messages a second, with a burst of {@value
 * #BURST_SECONDS} seconds' worth. Safe for use by several threads.
 */
public final class SendingBudget {

  /** 100 messages at the default rate of 20 (PROTOCOL.md, section 7). */
  static final int BURST_SECONDS = 5;

  private final @Nullable Bucket bucket;

  /**
   * A full budget.
   *
   * @param rate messages a second; 0 for no limit
   * @param time the clock to refill by
   */
  public SendingBudget(int rate, TimeMeter time) {
    long burst = (long) rate * BURST_SECONDS;
    this.bucket =
        rate == 0
            ? null
            : Bucket.builder()
                .withCustomTimePrecision(time)
                .addLimit(limit -> limit.capacity(burst).refillGreedy(rate, Duration.ofSeconds(1)))
                .build();
  }

  /** Takes one message off the budget, or says that it is used up. */
  public boolean tryTake() {
    return bucket == null || bucket.tryConsume(1);
  }
}
