package imserver.database;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Has those who write to the embedded H2 follow on each other, commit and all. Two writers at once
 * would be slower, and may fail where both want one row. Not for PostgreSQL. Safe for use by
 * several threads.
 */
@ApplicationScoped
public class WriteTurn {

  /**
   * Fair, so that a writer waits for no more than one transaction of each other writer: otherwise
   * one that writes without a pause takes it again before the next thread is awake.
   */
  private final ReentrantLock turn = new ReentrantLock(true);

  /** For the container, and tests. */
  public WriteTurn() {}

  /** Runs a transaction when it is its turn. */
  public <R> R take(Supplier<R> transaction) {
    turn.lock();
    try {
      return transaction.get();
    } finally {
      turn.unlock();
    }
  }
}
