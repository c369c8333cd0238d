package imserver.webhook;

import imserver.database.StorageException;
import imserver.monitoring.Meters;
import imserver.webhook.WebhookQueue.Backlog;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases conversations that have something to be told, and has each told by a thread of its own. No
 * method waits but {@link #stop}.
 */
final class Dispatcher {

  private static final System.Logger LOG = System.getLogger(Dispatcher.class.getName());

  /** How many conversations are told at a time: each waits for the endpoint, hardly for us. */
  private static final int CONVERSATIONS = 32;

  /** How often it looks by itself. */
  private static final Duration POLL = Duration.ofSeconds(1);

  /** What comes closer together than that is leased together. */
  private static final Duration GATHER = Duration.ofMillis(10);

  private static final Duration IDLE_THREAD = Duration.ofSeconds(30);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);
  private static final long FORGET_NANOS = Duration.ofHours(1).toNanos();

  /** For the metrics: as often as Prometheus asks, about. */
  private static final long COUNT_NANOS = Duration.ofSeconds(10).toNanos();

  private final WebhookQueue queue;
  private final ConversationTeller teller;
  private final EndpointHealth health;
  private final LongSupplier nanos;
  private final ThreadFactory threads;
  private final ThreadPoolExecutor pool;
  private final Semaphore wakeUp = new Semaphore(0);
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean stopped;
  private volatile boolean isFailing;
  private boolean hasLeased;
  private long forgottenAt;
  private long countedAt;
  private volatile Backlog backlog = new Backlog(0, 0);
  private @Nullable Thread thread;

  Dispatcher(
      WebhookQueue queue,
      ConversationTeller teller,
      EndpointHealth health,
      LongSupplier nanos,
      ThreadFactory threads) {
    this.queue = queue;
    this.teller = teller;
    this.health = health;
    this.nanos = nanos;
    this.threads = threads;
    this.forgottenAt = nanos.getAsLong() - FORGET_NANOS;
    this.countedAt = nanos.getAsLong() - COUNT_NANOS;
    pool =
        new ThreadPoolExecutor(
            CONVERSATIONS,
            CONVERSATIONS,
            IDLE_THREAD.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads,
            new DiscardPolicy());
    pool.allowCoreThreadTimeOut(true);
  }

  void start() {
    Meters.gauge(
        "imserver.webhook.waiting",
        "Conversations of which the host application is to be told something, of all servers",
        () -> backlog().conversations());
    Meters.gauge(
        "imserver.webhook.parked",
        "Events that could not be told to the host application for a day, of all servers",
        () -> backlog().parked());
    thread = threads.newThread(this::run);
    thread.start();
  }

  /** Something may have been committed. */
  void wake() {
    if (wakeUp.availablePermits() == 0) { // two that find none give two, of which one is dropped
      wakeUp.release();
    }
  }

  private void run() {
    try {
      while (!stopped) {
        count();
        int most = health.room(running.get(), CONVERSATIONS);
        boolean isMore = most > 0 && lease(most) == most;
        if (isMore || wakeUp.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          Thread.sleep(GATHER.toMillis());
        }
        wakeUp.drainPermits();
      }
    } catch (InterruptedException e) {
      // stopped
    }
  }

  /** Returns how many conversations were leased. */
  private int lease(int most) {
    long now = nanos.getAsLong();
    try {
      if (!hasLeased) {
        queue.endLeasesOfBefore();
        hasLeased = true;
      }
      List<Lease> leases = queue.lease(most);
      for (Lease lease : leases) {
        running.incrementAndGet();
        pool.execute(() -> tell(lease, now));
      }
      forgetParked(now);
      isFailing = false;
      return leases.size();
    } catch (StorageException e) {
      failed(e);
      return 0;
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the webhook's queue could not be looked at", e);
      return 0;
    }
  }

  private void forgetParked(long now) {
    if (now - forgottenAt >= FORGET_NANOS) {
      forgottenAt = now;
      int count = queue.forgetParked();
      if (count > 0) {
        LOG.log(Level.WARNING, "{0} events that were parked a month ago are deleted", count);
      }
    }
  }

  /** What there was to be told when it was counted last. */
  Backlog backlog() {
    return backlog;
  }

  /** Also while the endpoint is left alone: that is when the backlog grows. */
  private void count() {
    long now = nanos.getAsLong();
    if (now - countedAt < COUNT_NANOS) {
      return;
    }
    countedAt = now;
    try {
      backlog = queue.backlog();
    } catch (RuntimeException e) { // the next count may succeed
      LOG.log(Level.DEBUG, "the backlog of the webhook is not known: {0}", e.getMessage());
    }
  }

  private void tell(Lease lease, long leasedAt) {
    try {
      teller.tell(lease, leasedAt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StorageException e) { // the lease runs out
      failed(e);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the events of a conversation could not be told", e);
    } finally {
      running.decrementAndGet();
      wake();
    }
  }

  private void failed(StorageException e) {
    LOG.log(
        isFailing ? Level.DEBUG : Level.WARNING,
        "the webhook waits for the database: {0}",
        e.getMessage());
    isFailing = true;
  }

  /** Begins no more requests, and gives those that run a little time. May be called again. */
  void stop() {
    stopped = true;
    if (thread != null) {
      thread.interrupt();
    }
    pool.shutdownNow();
    try {
      if (!pool.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(Level.DEBUG, "an event is still being told");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
