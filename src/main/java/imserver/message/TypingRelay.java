package imserver.message;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import imserver.cluster.Change.Typing;
import imserver.session.Workers;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Passes on who is typing, but to users who have blocked him. Whether that is so is asked of the
 * database once in a few seconds; where it does not answer, or too much is waiting, nothing is
 * passed on. Safe for use by several threads; nothing waits.
 */
final class TypingRelay {

  private static final Duration KNOWN_FOR = Duration.ofSeconds(5);
  private static final int MOST_KNOWN = 10_000;
  private static final int MOST_WAITING = 100;

  private final Workers workers;
  private final BiPredicate<Long, Long> isBlocked;
  private final Consumer<Typing> next;
  private final Semaphore free = new Semaphore(MOST_WAITING);
  private final Cache<Direction, Boolean> known =
      Caffeine.newBuilder().maximumSize(MOST_KNOWN).expireAfterWrite(KNOWN_FOR).build();

  private record Direction(long from, long to) {}

  /**
   * A relay.
   *
   * @param isBlocked whether the first user is blocked by the second; asks the database
   */
  TypingRelay(Workers workers, BiPredicate<Long, Long> isBlocked, Consumer<Typing> next) {
    this.workers = workers;
    this.isBlocked = isBlocked;
    this.next = next;
  }

  void pass(Typing typing) {
    Direction direction = new Direction(typing.fromId(), typing.toId());
    Boolean blocked = known.getIfPresent(direction);
    if (blocked != null) {
      passUnless(blocked, typing);
    } else if (free.tryAcquire()) {
      workers.run(() -> ask(direction, typing));
    }
  }

  private void ask(Direction direction, Typing typing) {
    boolean blocked;
    try {
      blocked = isBlocked.test(direction.from(), direction.to());
    } finally {
      free.release();
    }
    known.put(direction, blocked);
    passUnless(blocked, typing);
  }

  private void passUnless(boolean blocked, Typing typing) {
    if (!blocked) {
      next.accept(typing);
    }
  }
}
