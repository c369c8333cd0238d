package imserver.monitoring;

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
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices where a thread on which all users depend has not come to the end of a task for {@link
 * #LOOKS} seconds, as in a deadlock: nothing but a new start of the server mends that, so that an
 * orchestrator has to learn of it ({@code …/health/live}), and its log has to say where the thread
 * stands before it is gone.
 *
 * <p>It counts its own looks, a second apart, and not time: a process that was stopped for minutes,
 * or had no processor, is not stuck. Only what waits for no client for long may be watched: else a
 * hostile client would have servers started anew. For the database it may wait, for less than that
 * time; who has a server started anew asks first whether the database answers, since a pool of the
 * container may wait for one that is away without an end. Safe for use by several threads.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Watchdog {

  private static final System.Logger LOG = System.getLogger(Watchdog.class.getName());

  /** How often it looks. A tick of this period shows that a timer runs. */
  public static final Duration PERIOD = Duration.ofSeconds(1);

  /**
   * At so many looks in a row at the same task it is stuck. What is watched may ask the database
   * once or twice, each time for some 10 s at most (see {@code imserver.database}).
   */
  static final int LOOKS = 60;

  @Resource private ManagedThreadFactory threads;

  private Duration period = PERIOD;
  private final List<TaskWatch> watches = new CopyOnWriteArrayList<>();
  private @Nullable ScheduledThreadPoolExecutor timer;

  /** For the container, which injects the rest; without a thread where it is not started. */
  public Watchdog() {}

  Watchdog(ManagedThreadFactory threads, Duration period) {
    this.threads = threads;
    this.period = period;
  }

  @PostConstruct
  void start() {
    timer = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    var unused =
        timer.scheduleWithFixedDelay(
            this::look, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    Meters.gauge(
        "imserver.threads.stuck",
        "Tasks of threads on which all users depend that have not ended for a minute",
        () -> watches.stream().filter(TaskWatch::isStuck).count());
  }

  /**
   * Watches one more row of tasks.
   *
   * @param name of what is done there, for the log
   */
  public TaskWatch watch(String name) {
    TaskWatch watch = new TaskWatch(name);
    watches.add(watch);
    return watch;
  }

  /** Whether something will not go on by itself. Does not wait. */
  public boolean isStuck() {
    return watches.stream().anyMatch(TaskWatch::isStuck);
  }

  /** One look at everything. */
  void look() {
    try {
      List<TaskWatch> changed = watches.stream().filter(TaskWatch::look).toList();
      changed.forEach(Watchdog::tell);
    } catch (RuntimeException | Error e) {
      // Of the log, or memory is short: this must not be the last look.
    }
  }

  private static void tell(TaskWatch watch) {
    Thread thread = watch.thread();
    if (!watch.isStuck()) {
      LOG.log(Level.WARNING, "{0} goes on", watch.name());
    } else if (thread != null) {
      LOG.log(
          Level.ERROR,
          watch.name() + " has not gone on for " + LOOKS + " s: this server is to be started anew",
          where(thread.getId(), new HashSet<>()));
    }
  }

  /**
   * Where a thread stands; as the cause, where the owner of the lock stands for which it waits.
   *
   * @param told the threads that were told of before
   */
  private static Throwable where(long id, Set<Long> told) {
    told.add(id);
    ThreadMXBean all = ManagementFactory.getThreadMXBean();
    ThreadInfo info = all.getThreadInfo(id, Integer.MAX_VALUE);
    if (info == null) {
      return new Standing("a thread that has ended", null);
    }
    String lock = info.getLockName() == null ? "" : " for " + info.getLockName();
    String what = info.getThreadName() + ", " + info.getThreadState() + lock;
    long owner = info.getLockOwnerId();
    boolean isNew = owner > 0 && !told.contains(owner);
    Standing standing = new Standing(what, isNew ? where(owner, told) : null);
    standing.setStackTrace(info.getStackTrace());
    return standing;
  }

  /** Nothing that is thrown: the stack of a thread, as a log prints one. */
  @SuppressWarnings("serial")
  private static final class Standing extends Exception {

    Standing(String what, @Nullable Throwable owner) {
      super(what, owner);
    }
  }

  /** Looks no more: what stops is not stuck. */
  @PreDestroy
  public void stop() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
