package imserver.server;

import java.util.concurrent.atomic.AtomicLong;

/** User ids that no other test uses, also not in a database that several test classes share. */
public final class Users {

  private static final AtomicLong NEXT = new AtomicLong(System.currentTimeMillis() * 1000);

  private Users() {}

  /** The next one. */
  public static long next() {
    return NEXT.incrementAndGet();
  }
}
