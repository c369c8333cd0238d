package imserver.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/** Runs tasks when a test says so, on the test's thread. Any thread may hand in. */
public final class FakeWorkers extends Workers {

  private final Queue<Runnable> soon = new ArrayDeque<>();

  /** The delays of the tasks that are to run later. */
  public final List<Duration> delays = new ArrayList<>();

  /** Whether a stop would wait for what is to run later, as far as that is known. */
  public final List<BooleanSupplier> neededLater = new ArrayList<>();

  /** What is to run again and again. */
  public final List<Runnable> repeated = new ArrayList<>();

  private final List<Runnable> later = new ArrayList<>();

  @Override
  public void run(Runnable task) {
    runIn(Duration.ZERO, task);
  }

  @Override
  public void runForClient(Runnable task) {
    run(task);
  }

  @Override
  public synchronized void runIn(Duration delay, Runnable task) {
    if (delay.isZero()) {
      soon.add(task);
    } else {
      delays.add(delay);
      later.add(task);
    }
  }

  @Override
  public void runIn(Duration delay, Runnable task, BooleanSupplier needed) {
    neededLater.add(needed);
    runIn(delay, task);
  }

  @Override
  public void runEvery(Duration period, Runnable task) {
    delays.add(period);
    later.add(task);
    repeated.add(task);
  }

  /** How many tasks are to run soon. */
  public synchronized int soon() {
    return soon.size();
  }

  /** Runs what is to run soon, and what that hands in. */
  public void runSoon() {
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  /** Runs what is to run later, as if the time had come. */
  public void runLater() {
    List<Runnable> tasks;
    synchronized (this) {
      tasks = List.copyOf(later);
      later.clear();
      delays.clear();
    }
    tasks.forEach(Runnable::run);
  }

  private synchronized Runnable next() {
    return soon.poll();
  }
}
