package imserver.bench;

import java.util.concurrent.atomic.AtomicLong;

/** User ids that nobody has used yet, so that nobody gets what an earlier part left unread. */
final class Users {

  private final AtomicLong last = new AtomicLong(1_000_000);

  long next() {
    return last.incrementAndGet();
  }

  /** The first of so many in a row. */
  long next(int count) {
    return last.getAndAdd(count) + 1;
  }
}
