package imserver.message;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the erasure of a user has come.
 *
 * @param messages how many messages were erased by now
 * @param finishedAt null while it is going on
 */
public record Erasure(long userId, Instant startedAt, long messages, @Nullable Instant finishedAt) {

  /** Whether it is done. */
  public boolean isFinished() {
    return finishedAt != null;
  }
}
