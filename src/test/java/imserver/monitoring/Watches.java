package imserver.monitoring;

/** Time as a watchdog has it. */
public final class Watches {

  private Watches() {}

  /** Whether something is stuck, when as much time has passed as it takes to notice that. */
  public static boolean isStuck(Watchdog watchdog) {
    for (int i = 0; i < Watchdog.LOOKS; i++) { // the first one sees the task
      watchdog.look();
    }
    return isStuckStill(watchdog);
  }

  /** Whether something is stuck at one more look. */
  public static boolean isStuckStill(Watchdog watchdog) {
    watchdog.look();
    return watchdog.isStuck();
  }
}
