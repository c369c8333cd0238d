package imserver.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A rate limit for each user (token buckets), over all connections and requests together. Safe for
 * use by several threads; never waits.
 *
 * <p>Buckets are kept by user and looked up with each use, never by connection: to connect again
 * gives nothing new. One is forgotten when it was not used for as long as it takes to fill up, so
 * that nobody gains by it. {@value #MAX_USERS} buckets are kept at most, some 400 bytes each. If
 * more users come within that time, the buckets that were used least are forgotten.
 */
public final class UserBudget {

  /** 100 messages at the default rate of 20 (PROTOCOL.md, section 7). */
  private static final int BURST_SECONDS = 5;

  private static final int BURST_MINUTES = 1;

  /** The most users whose buckets are kept. */
  public static final int MAX_USERS = 100_000;

  private final TimeMeter time;
  private final Bandwidth bandwidth;
  private final @Nullable Cache<Long, Bucket> buckets;

  private UserBudget(int rate, Duration period, int periods, int largest, TimeMeter time) {
    this.time = time;
    long burst = (long) Math.max(1, rate) * periods;
    this.bandwidth =
        Bandwidth.builder().capacity(burst).refillGreedy(Math.max(1, rate), period).build();
    this.buckets =
        rate == 0
            ? null
            : Caffeine.newBuilder()
                .expireAfterAccess(period.multipliedBy(1 + (burst + largest) / rate))
                .maximumSize(MAX_USERS)
                .ticker(time::currentTimeNanos)
                .executor(Runnable::run) // no thread of the JVM's pool, which outlives the WAR
                .build();
  }

  /**
   * A budget of {@code rate} a second, in bursts of up to {@value #BURST_SECONDS} seconds' worth.
   *
   * @param rate 0 for no limit
   * @param largest the most that is ever taken at once
   * @param time the clock to refill by
   */
  static UserBudget perSecond(int rate, int largest, TimeMeter time) {
    return new UserBudget(rate, Duration.ofSeconds(1), BURST_SECONDS, largest, time);
  }

  /** One in each period, and no burst. */
  static UserBudget oneEach(Duration period, TimeMeter time) {
    return new UserBudget(1, period, 1, 1, time);
  }

  /** The same by the minute, in bursts of up to a minute's worth. */
  static UserBudget perMinute(int rate, int largest, TimeMeter time) {
    return new UserBudget(rate, Duration.ofMinutes(1), BURST_MINUTES, largest, time);
  }

  /**
   * Takes one, if it is there.
   *
   * @return zero if it was there, else how long until there is one
   */
  public Duration take(long userId) {
    return take(userId, 1);
  }

  /**
   * Takes {@code amount}, if at least one is there; the rest is owed, so that a request larger than
   * a burst is possible too, and on average no more is done than is allowed.
   *
   * @return zero if it was taken, else how long until there is one
   */
  public Duration take(long userId, int amount) {
    if (buckets == null) {
      return Duration.ZERO;
    }
    Bucket bucket = buckets.get(userId, user -> full());
    ConsumptionProbe first = bucket.tryConsumeAndReturnRemaining(1);
    if (!first.isConsumed()) {
      return Duration.ofNanos(Math.max(1, first.getNanosToWaitForRefill()));
    }
    if (amount > 1) {
      bucket.consumeIgnoringRateLimits(amount - 1L);
    }
    return Duration.ZERO;
  }

  /** Takes {@code amount}, whether or not it is there: for a cost that is known only afterwards. */
  public void owe(long userId, int amount) {
    if (buckets != null && amount > 0) {
      buckets.get(userId, user -> full()).consumeIgnoringRateLimits(amount);
    }
  }

  /** How many users' budgets are kept, those that are not full. */
  long users() {
    if (buckets == null) {
      return 0;
    }
    buckets.cleanUp();
    return buckets.estimatedSize();
  }

  private Bucket full() {
    return Bucket.builder().withCustomTimePrecision(time).addLimit(bandwidth).build();
  }
}
