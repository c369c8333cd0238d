package imserver.monitoring;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether tasks that are done one after the other come to their ends. {@link #begin} and {@link
 * #end} are for one thread at a time, which may be another for the next task; the rest is for
 * {@link Watchdog}.
 */
public final class TaskWatch {

  private final String name;

  /** How many tasks have begun or ended: odd while one is being done. */
  private final AtomicLong steps = new AtomicLong();

  /** The one that has begun a task last. */
  private volatile @Nullable Thread thread;

  private long lastSeen;
  private int looks;
  private volatile boolean stuck;

  TaskWatch(String name) {
    this.name = name;
  }

  /** A task begins in this thread. */
  public void begin() {
    thread = Thread.currentThread();
    steps.incrementAndGet();
  }

  /** The task has ended, well or not. */
  public void end() {
    steps.incrementAndGet();
  }

  /**
   * Looks whether the task is still the one that was being done at the look before; to be called
   * again and again, by one thread.
   *
   * @return whether this look has changed {@link #isStuck}
   */
  boolean look() {
    long seen = steps.get();
    boolean same = seen % 2 != 0 && seen == lastSeen;
    lastSeen = seen;
    looks = same ? Math.min(looks + 1, Watchdog.LOOKS) : 0;
    boolean before = stuck;
    stuck = looks == Watchdog.LOOKS;
    return stuck != before;
  }

  /** Whether one task was seen at so many looks that it will not end. Any thread may ask. */
  boolean isStuck() {
    return stuck;
  }

  /** What is done, for the log. */
  String name() {
    return name;
  }

  /** The thread that does it, or did it last; null before the first. */
  @Nullable Thread thread() {
    return thread;
  }
}
