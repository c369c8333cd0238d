package imserver.session;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
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
 * Threads of the container for what may wait, apart by what it waits for: nobody who waits for a
 * client keeps others from the database, nor the other way round. Plain executors on managed
 * threads, since a managed executor captures the caller's context for every task.
 *
 * <p>Their queues hold a task or two for each connection at most, and are bounded by their number.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Workers {

  private static final System.Logger LOG = System.getLogger(Workers.class.getName());

  /** The pool of connections has to serve others too. */
  private static final int DATABASE_THREADS = 4;

  /**
   * A client is waited for for two seconds at most ({@code imserver.container}): so many may be
   * waited for at the same time before the next one's turn is put off.
   */
  private static final int CLIENT_THREADS = 64;

  private static final int TIMER_THREADS = 2;
  private static final Duration IDLE_THREAD = Duration.ofSeconds(30);
  private static final Duration STOP_SOON = Duration.ofSeconds(3);

  /** Longer than the end of a connection is put off: none must be left open. */
  private static final Duration STOP_LATER = Duration.ofSeconds(6);

  /** How often a stop looks whether what is put off is still needed. */
  private static final Duration STOP_LOOK = Duration.ofMillis(20);

  @Resource private ManagedThreadFactory threads;

  private final Set<Deferred> pending = ConcurrentHashMap.newKeySet();
  private ThreadPoolExecutor database;
  private ThreadPoolExecutor clients;
  private ScheduledThreadPoolExecutor timer;

  /** For the container. */
  public Workers() {}

  /** Started. */
  Workers(ManagedThreadFactory threads) {
    this.threads = threads;
    start();
  }

  @PostConstruct
  void start() {
    database = pool(DATABASE_THREADS);
    clients = pool(CLIENT_THREADS);
    timer = new ScheduledThreadPoolExecutor(TIMER_THREADS, threads, new DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
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

  /** Runs {@code task}, which may wait for the database, soon. After the stop, never. */
  public void run(Runnable task) {
    database.execute(logged(task));
  }

  /** Runs {@code task}, which may wait for one client, soon. After the stop, never. */
  public void runForClient(Runnable task) {
    clients.execute(logged(task));
  }

  /** Runs {@code task}, which must not wait for anybody, after {@code delay}. */
  public void runIn(Duration delay, Runnable task) {
    runIn(delay, task, () -> true);
  }

  /**
   * The same for what a stop has to wait for only as long as it is {@code needed}, which it asks
   * again and again. Where that is false the task may be run, or not.
   */
  public void runIn(Duration delay, Runnable task, BooleanSupplier needed) {
    Deferred deferred = new Deferred(logged(task), needed);
    pending.add(deferred);
    deferred.future = timer.schedule(deferred, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A task that waits for its time. */
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
   * Runs {@code task}, which must not wait for anybody, again and again, {@code period} apart,
   * until the server stops.
   */
  public void runEvery(Duration period, Runnable task) {
    var unused =
        timer.scheduleWithFixedDelay(
            logged(task), period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Finishes what is to be done, in a bounded time, and takes no more. What is put off comes first:
   * it hands over to the others; what is not needed any more is not waited for. May be called
   * again.
   */
  @PreDestroy
  public void stop() {
    timer.shutdown();
    long end = System.nanoTime() + STOP_LATER.toNanos();
    do {
      pending.forEach(Deferred::cancelUnlessNeeded);
    } while (!hasEnded(timer, STOP_LOOK) && System.nanoTime() - end < 0);
    timer.shutdownNow();
    stop(clients, STOP_SOON);
    stop(database, STOP_SOON);
  }

  private static void stop(ThreadPoolExecutor executor, Duration patience) {
    executor.shutdown();
    if (!hasEnded(executor, patience)) {
      executor.shutdownNow();
    }
  }

  /** Waits for the end of its threads; an interrupt ends all waiting. */
  private static boolean hasEnded(ThreadPoolExecutor executor, Duration patience) {
    try {
      return executor.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
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
      } catch (RuntimeException | Error e) { // an error would end what is to run again and again
        LOG.log(Level.WARNING, "a background task failed", e);
      }
    };
  }
}
