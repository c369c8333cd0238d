package imserver.message;

import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.directory.UserDirectory;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
import imserver.moderation.SuspensionScope;
import imserver.session.SessionRegistry;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Erases users and deletes old messages, in a thread of its own, by small steps with pauses between
 * them. Safe for use by several threads.
 */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Housekeeping {

  private static final System.Logger LOG = System.getLogger(Housekeeping.class.getName());

  /** How often it is looked whether there is something to do. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** After a step that had something to do, so that others come in between. */
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** Longer than a statement, at whose end the thread stops. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(4);

  /** Far enough: a moderator ends it before. */
  private static final OffsetDateTime NEVER =
      OffsetDateTime.of(9999, 12, 31, 23, 59, 59, 999_000_000, ZoneOffset.UTC);

  @Inject private Config config;
  @Inject private Clock clock;
  @Inject private WriteTurn turn;
  @Inject private UserDirectory directory;
  @Inject private SessionRegistry registry;
  @Inject private Cluster cluster;
  @Inject private ModerationWriter moderation;

  @Inject private DataSource dataSource;

  @Resource private ManagedThreadFactory threads;

  private ErasureStore erasures;
  private RetentionStore retention;
  private Delivery delivery;
  private ScheduledThreadPoolExecutor thread;

  /** Written by its thread alone. */
  private boolean failing;

  /** For the container, which injects the rest. */
  public Housekeeping() {}

  @PostConstruct
  void start() {
    StepDatabase database = new StepDatabase(dataSource, Vendor.of(config.storage()), turn);
    erasures = new ErasureStore(database);
    retention = new RetentionStore(database);
    delivery = new Delivery(directory, registry, cluster);
    thread = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    schedule(LOOK);
  }

  /**
   * Has a user erased, and suspended from everything until a moderator ends that. Where it is going
   * on already it goes on. A call waits for the database.
   *
   * @param step with the user
   */
  public Erasure erase(long user, ModerationStep step) {
    // First: what the user sends from now on is not stored, so that nothing is missed.
    moderation.suspend(user, SuspensionScope.ALL, NEVER, step.as(Action.SUSPEND));
    erasures.start(user, step);
    delivery.committed(List.of(new ProfileChanged(user)));
    return erasures.find(user).orElseThrow();
  }

  /** How far a user is erased; empty where that was never asked for. */
  public Optional<Erasure> erasure(long user) {
    return erasures.find(user);
  }

  private void schedule(Duration delay) {
    var unused = thread.schedule(this::run, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run() {
    Duration delay = LOOK;
    try {
      delay = work();
      failing = false;
    } catch (StorageException e) {
      LOG.log(
          failing ? Level.DEBUG : Level.WARNING,
          "users are not erased, nor old messages deleted, for now: {0}",
          e.getMessage());
      failing = true;
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a step of erasing users or deleting old messages failed", e);
    } finally {
      schedule(delay);
    }
  }

  /** A step of both; how long to wait until the next. */
  private Duration work() {
    OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
    int days = config.rules().retention();
    boolean deleted =
        days > 0
            && told(() -> retention.step(now.minusDays(days))).filter(Done::isWork).isPresent();
    boolean erased = told(() -> erasures.step(now)).isPresent();
    return erased ? PAUSE : deleted ? RetentionStore.PAUSE : LOOK;
  }

  /** What was committed is told. */
  private Optional<Done> told(Supplier<Optional<Done>> step) {
    Optional<Done> done;
    try {
      done = step.get();
    } catch (RuntimeException e) {
      delivery.doubtUnlessRolledBack(e);
      throw e;
    }
    done.map(Done::changes).ifPresent(delivery::committed);
    return done;
  }

  /** Ends with the step that is being done. May be called again. */
  @PreDestroy
  public void stop() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
