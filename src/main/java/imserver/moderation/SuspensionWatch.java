package imserver.moderation;

import imserver.auth.Suspensions;
import imserver.packet.CloseCode;
import imserver.session.SessionRegistry;
import imserver.session.Workers;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicBoolean;

/** Brings into memory who is suspended, and closes the sockets of who may not be connected. */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class SuspensionWatch {

  private static final System.Logger LOG = System.getLogger(SuspensionWatch.class.getName());

  /** How often to read what other servers have written. */
  private static final Duration POLL = Duration.ofSeconds(2);

  private static final Duration TIDY = Duration.ofHours(1);

  /** So long after its end a suspension is kept, for the servers that have not read of its end. */
  private static final Duration KEPT = Duration.ofDays(1);

  @Inject private Clock clock;
  @Inject private Workers workers;
  @Inject private SessionRegistry registry;
  @Inject private Suspensions suspensions;
  @Inject private SuspensionStore store;

  /** The time of the last reading, by the clock of the database. */
  private long asOf;

  private boolean failing;
  private final AtomicBoolean reading = new AtomicBoolean();

  /** For the container, which injects the rest. */
  public SuspensionWatch() {}

  /** For tests; not started. */
  SuspensionWatch(
      Clock clock,
      Workers workers,
      SessionRegistry registry,
      Suspensions suspensions,
      SuspensionStore store) {
    this.clock = clock;
    this.workers = workers;
    this.registry = registry;
    this.suspensions = suspensions;
    this.store = store;
  }

  @PostConstruct
  void start() {
    tidy();
    read();
    workers.runEvery(POLL, this::readSoon);
    workers.runEvery(TIDY, () -> workers.run(this::tidy));
  }

  /** A suspension was written, or has been ended: from now on it holds here. */
  public void apply(SuspensionChange change) {
    boolean all = change.scope() == SuspensionScope.ALL;
    suspensions.put(change.userId(), all, change.until().toInstant(), change.version());
    // After that: who is registered later is looked at then.
    if (suspensions.isShutOut(change.userId())) {
      registry
          .connections(change.userId())
          .filter(connection -> !connection.user().service())
          .forEach(connection -> connection.close(CloseCode.SUSPENDED));
    }
  }

  /** One reading at a time: while the database hangs no other is started. */
  private void readSoon() {
    if (reading.compareAndSet(false, true)) {
      workers.run(this::readIfPossible);
    }
  }

  private void readIfPossible() {
    try {
      read();
      failing = false;
    } catch (RuntimeException e) {
      LOG.log(
          failing ? Level.DEBUG : Level.WARNING,
          "whom other servers have suspended cannot be read: {0}",
          e.getMessage());
      failing = true;
    } finally {
      reading.set(false);
    }
  }

  private void read() {
    SuspensionStore.Written written = store.writtenSince(asOf);
    written.suspensions().stream().map(Suspension::asChange).forEach(this::apply);
    asOf = written.asOf();
  }

  private void tidy() {
    OffsetDateTime longAgo = OffsetDateTime.now(clock).minus(KEPT);
    store.deleteEndedBefore(longAgo);
    suspensions.forgetEndedBefore(longAgo.toInstant());
  }
}
