package imserver.endpoint;

import imserver.packet.CloseCode;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Counts the failures that are a client's doing, over one connection: after {@value
 * CloseCode#MAX_FAILURES_PER_MINUTE} in a minute it is to be closed (PROTOCOL.md, section 7). Safe
 * for use by several threads.
 */
final class FailureLimit {

  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final TimeMeter time;

  /** Made with the first failure: most connections have none. */
  private @Nullable Bucket left;

  FailureLimit(TimeMeter time) {
    this.time = time;
  }

  /** Counts one. Returns false where there were too many before. */
  synchronized boolean count() {
    if (left == null) {
      int most = CloseCode.MAX_FAILURES_PER_MINUTE;
      left =
          Bucket.builder()
              .addLimit(limit -> limit.capacity(most).refillIntervally(most, PERIOD))
              .withCustomTimePrecision(time)
              .build();
    }
    return left.tryConsume(1);
  }
}
