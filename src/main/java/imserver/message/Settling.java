package imserver.message;

import imserver.database.StorageException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Where readers wait for what the lanes are storing. Safe for use by several threads. */
final class Settling {

  private final Duration patience;

  /**
   * A place to wait at.
   *
   * @param patience how long to wait at most: many commits long
   */
  Settling(Duration patience) {
    this.patience = patience;
  }

  /** Something was stored, or never will be. */
  synchronized void progressed() {
    notifyAll();
  }

  /**
   * Waits until {@code settled} is true, which is asked again after each progress.
   *
   * @throws StorageException if that takes too long
   */
  synchronized void await(BooleanSupplier settled) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!settled.getAsBoolean()) {
      long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (left <= 0) {
        throw new StorageException(new TimeoutException("what is being stored takes too long"));
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StorageException(e);
      }
    }
  }
}
