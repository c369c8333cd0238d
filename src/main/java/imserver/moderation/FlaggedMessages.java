package imserver.moderation;

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

/**
 * Reports the messages that have a word of the list {@code report}, some seconds after they were
 * stored. What the transaction that stored them has noted is reported once, by whichever server,
 * also where one is killed.
 */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class FlaggedMessages {

  private static final System.Logger LOG = System.getLogger(FlaggedMessages.class.getName());

  private static final Duration POLL = Duration.ofSeconds(2);

  /** So many are reported, at most, before others that wait for the database have a turn. */
  private static final int AT_A_TIME = 100;

  @Inject private Workers workers;
  @Inject private ReportStore reports;
  @Inject private Clock clock;

  private final AtomicBoolean running = new AtomicBoolean();
  private boolean failing;

  /** For the container, which injects the rest. */
  public FlaggedMessages() {}

  @PostConstruct
  void start() {
    workers.runEvery(POLL, this::reportSoon);
  }

  private void reportSoon() {
    if (running.compareAndSet(false, true)) {
      workers.run(this::report);
    }
  }

  private void report() {
    try {
      int count = 0;
      while (count < AT_A_TIME && reports.reportFlagged(OffsetDateTime.now(clock))) {
        count++;
      }
      failing = false;
    } catch (RuntimeException e) {
      LOG.log(
          failing ? Level.DEBUG : Level.WARNING,
          "messages with words to be reported wait for the database: {0}",
          e.getMessage());
      failing = true;
    } finally {
      running.set(false);
    }
  }
}
