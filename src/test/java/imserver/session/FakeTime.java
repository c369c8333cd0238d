package imserver.session;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/** A clock for budgets, which stands still unless a test moves it. */
public final class FakeTime implements TimeMeter {

  private volatile long nanos;

  /** Lets time go by. */
  public void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Override
  public long currentTimeNanos() {
    return nanos;
  }

  @Override
  public boolean isWallClockBased() {
    return false;
  }
}
