package imserver.session;

import imserver.monitoring.Meters;
import imserver.monitoring.TaskWatch;
import imserver.monitoring.Watchdog;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads of the container for tasks that may wait, in separate pools by what they wait for: tasks
 * that wait for clients do not hold up those that wait for the database, nor the other way round.
 * Plain executors on managed threads, since a managed executor captures the caller's context for
 * every task.
 *
 * <p>Their queues hold a few tasks for each connection at most, and are bounded by the number of
 * connections.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Workers {

  private static final System.Logger LOG = System.getLogger(Workers.class.getName());

  /** Few, since the pool of database connections has to serve others too. */
  private static final int DATABASE_THREADS = 4;

  /**
   * How many clients may be waited for at the same time, each for two seconds at most ({@code
   * imserver.container}); a further task waits for one of these.
   */
  private static final int CLIENT_THREADS = 64;

  private static final int TIMER_THREADS = 2;
  private static final Duration IDLE_THREAD = Duration.ofSeconds(30);

  /** How long a stop waits for the tasks of each pool. */
  private static final Duration POOL_STOP_TIMEOUT = Duration.ofSeconds(3);

  /** How long a stop waits for delayed tasks: longer than the close of a connection is delayed. */
  private static final Duration TIMER_STOP_TIMEOUT = Duration.ofSeconds(6);

  /** How often a stop checks whether delayed tasks are still needed. */
  private static final Duration STOP_CHECK_PERIOD = Duration.ofMillis(20);

  @Resource private ManagedThreadFactory threads;
  @Inject private Watchdog watchdog;

  private final Set<Deferred> pending = ConcurrentHashMap.newKeySet();
  private ThreadPoolExecutor database;
  private ThreadPoolExecutor clients;
  private ScheduledThreadPoolExecutor timer;

  /** For the container. */
  public Workers() {}

  /** With threads of a test, and started. */
  Workers(ManagedThreadFactory threads, Watchdog watchdog) {
    this.threads = threads;
    this.watchdog = watchdog;
    start();
  }

  @PostConstruct
  void start() {
    database = pool(DATABASE_THREADS);
    clients = pool(CLIENT_THREADS);
    Meters.pool("replays", database);
    Meters.pool("clients", clients);
    timer = new ScheduledThreadPoolExecutor(TIMER_THREADS, threads, new DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
    TaskWatch ticks = watchdog.watch("the timer");
    ticks.begin(); // ended by the next tick, for which a thread has to be free
    every(
        Watchdog.PERIOD,
        () -> {
          ticks.end();
          ticks.begin();
        });
  }

  private ThreadPoolExecutor pool(int most) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_THREAD.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads,
            new DiscardPolicy());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Runs {@code task}, which may wait for the database, in a thread. Drops it after the stop. */
  public void run(Runnable task) {
    database.execute(logged(task));
  }

  /** Runs {@code task}, which may wait for one client, in a thread. Drops it after the stop. */
  public void runForClient(Runnable task) {
    clients.execute(logged(task));
  }

  /** Runs {@code task}, which must not wait for anything, after {@code delay}. */
  public void runIn(Duration delay, Runnable task) {
    runIn(delay, task, () -> true);
  }

  /**
   * The same for a task that a stop waits for only while it is {@code needed}, which it checks
   * repeatedly. Where that is false the task may be run or not.
   */
  public void runIn(Duration delay, Runnable task, BooleanSupplier needed) {
    Deferred deferred = new Deferred(logged(task), needed);
    pending.add(deferred);
    deferred.future = timer.schedule(deferred, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A delayed task. */
  private final class Deferred implements Runnable {

    private final Runnable task;
    private final BooleanSupplier needed;
    private volatile @Nullable Future<?> future;

    Deferred(Runnable task, BooleanSupplier needed) {
      this.task = task;
      this.needed = needed;
    }

    @Override
    public void run() {
      pending.remove(this);
      task.run();
    }

    void cancelUnlessNeeded() {
      Future<?> scheduled = future;
      if (scheduled != null && !needed.getAsBoolean()) {
        scheduled.cancel(false);
        pending.remove(this);
      }
    }
  }

  /**
   * Runs {@code task}, which must not wait for anything, repeatedly, {@code period} apart, until
   * the server stops.
   */
  public void runEvery(Duration period, Runnable task) {
    TaskWatch watch = watchdog.watch("what the timer does again and again");
    every(
        period,
        () -> {
          watch.begin();
          try {
            task.run();
          } finally {
            watch.end();
          }
        });
  }

  private void every(Duration period, Runnable task) {
    var unused =
        timer.scheduleWithFixedDelay(
            logged(task), period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Takes no more tasks, and finishes those that it has, in a bounded time. Delayed tasks come
   * first, since they give work to the pools; those that are no longer needed are dropped. May be
   * called again.
   */
  @PreDestroy
  public void stop() {
    watchdog.stop();
    timer.shutdown();
    long end = System.nanoTime() + TIMER_STOP_TIMEOUT.toNanos();
    do {
      pending.forEach(Deferred::cancelUnlessNeeded);
    } while (!hasEnded(timer, STOP_CHECK_PERIOD) && System.nanoTime() - end < 0);
    timer.shutdownNow();
    stop(clients, POOL_STOP_TIMEOUT);
    stop(database, POOL_STOP_TIMEOUT);
  }

  private static void stop(ThreadPoolExecutor executor, Duration timeout) {
    executor.shutdown();
    if (!hasEnded(executor, timeout)) {
      executor.shutdownNow();
    }
  }

  /** Waits for the end of its threads; an interrupt ends all waiting. */
  private static boolean hasEnded(ThreadPoolExecutor executor, Duration timeout) {
    try {
      return executor.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static Runnable logged(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) { // an error would end a repeated task
        LOG.log(Level.WARNING, "a background task failed", e);
      }
    };
  }
}
