package imserver.message;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * Senders of whom something was refused lately. What they send is stored apart from that of others:
 * a batch of which something is refused is begun a second time, and who does what is not allowed
 * must not slow down those who do what is. Safe for use by several threads.
 */
final class RefusedSenders {

  private static final Duration LATELY = Duration.ofMinutes(1);

  private static final long MOST = 10_000;

  private final Cache<Long, Boolean> senders =
      Caffeine.newBuilder().expireAfterWrite(LATELY).maximumSize(MOST).build();

  /** Something of this sender was refused. */
  void add(long sender) {
    senders.put(sender, true);
  }

  /** Whether something of this sender was refused lately. */
  boolean isSuspect(long sender) {
    return senders.getIfPresent(sender) != null;
  }
}
