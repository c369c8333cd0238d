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
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/**
 * A few threads of the container for what may wait: reading a backlog, closing a socket, looking
 * after connections. A plain executor on managed threads, since a managed executor captures the
 * caller's context for every task.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Workers {

  private static final System.Logger LOG = System.getLogger(Workers.class.getName());
  private static final int THREADS = 4;
  private static final Duration STOP_SOON = Duration.ofSeconds(3);

  /** Longer than the closing of a connection is put off: none must be left open. */
  private static final Duration STOP_LATER = Duration.ofSeconds(6);

  @Resource private ManagedThreadFactory threads;

  private ThreadPoolExecutor soon;
  private ScheduledThreadPoolExecutor later;

  /** For the container. */
  public Workers() {}

  @PostConstruct
  void start() {
    soon =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads,
            new DiscardPolicy());
    later = new ScheduledThreadPoolExecutor(THREADS, threads, new DiscardPolicy());
    later.setRemoveOnCancelPolicy(true);
  }

  /** Runs {@code task} soon. After the stop of the server, never. */
  public void run(Runnable task) {
    soon.execute(logged(task));
  }

  /** Runs {@code task} after {@code delay}. */
  public void runIn(Duration delay, Runnable task) {
    var unused = runUnlessCancelled(delay, task);
  }

  /** Runs {@code task} after {@code delay}, unless what is returned is cancelled before. */
  public Future<?> runUnlessCancelled(Duration delay, Runnable task) {
    return later.schedule(logged(task), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs {@code task} again and again, {@code period} apart, until the server stops. */
  public void runEvery(Duration period, Runnable task) {
    var unused =
        later.scheduleWithFixedDelay(
            logged(task), period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Finishes what is to be done, in a bounded time, and takes no more. What is put off comes first:
   * it may be cancelled by what is to be done soon. May be called again.
   */
  @PreDestroy
  public void stop() {
    stop(later, STOP_LATER);
    stop(soon, STOP_SOON);
  }

  private static void stop(ThreadPoolExecutor executor, Duration patience) {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static Runnable logged(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "a background task failed", e);
      }
    };
  }
}
