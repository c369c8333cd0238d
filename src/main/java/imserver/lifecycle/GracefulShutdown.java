package imserver.lifecycle;

import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.message.Housekeeping;
import imserver.message.Intake;
import imserver.session.SessionRegistry;
import imserver.session.Workers;
import imserver.webhook.Webhooks;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Stops the application in order: where other servers are alive, connections are closed one by one;
 * what was taken in is stored and acknowledged, then every connection is closed, then the threads
 * end. It runs once, at the first event of the stop that comes while the sockets are still open: on
 * Tomcat that is CDI's, elsewhere that of {@link ShutdownListener}.
 *
 * <p>Not proxied, so that the later event can still call it when CDI has ended.
 */
@Singleton
public class GracefulShutdown {

  private static final System.Logger LOG = System.getLogger(GracefulShutdown.class.getName());

  /** How long clients may take to read their last packets. */
  private static final Duration CLIENT_READ_TIMEOUT = Duration.ofSeconds(5);

  private final Intake intake;
  private final SessionRegistry registry;
  private final Workers workers;
  private final Cluster cluster;
  private final Webhooks webhooks;
  private final Housekeeping housekeeping;
  private final Duration drain;
  private boolean due;
  private volatile boolean over;

  /** For CDI. */
  @Inject
  public GracefulShutdown(
      Intake intake,
      SessionRegistry registry,
      Workers workers,
      Cluster cluster,
      Webhooks webhooks,
      Housekeeping housekeeping,
      Config config) {
    this.intake = intake;
    this.registry = registry;
    this.workers = workers;
    this.cluster = cluster;
    this.webhooks = webhooks;
    this.housekeeping = housekeeping;
    this.drain = Duration.ofSeconds(config.server().drain());
  }

  void beforeDestroyed(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    run();
  }

  /** Whether it is all done: the beans of the application may not be called any more. */
  public boolean isOver() {
    return over;
  }

  /** Called when the application has started: one that has not has nothing to stop. */
  synchronized void arm() {
    due = true;
  }

  /** Waits until all is done, for a bounded time, also where another thread has begun it. */
  synchronized void run() {
    if (due) {
      due = false;
      try {
        registry.closeNew();
        if (cluster.servers() > 1) {
          registry.drain(drain);
        }
        intake.stop();
      } finally {
        closeConnections();
        over = true;
      }
      LOG.log(Level.INFO, "stopped: what was taken in is answered, all connections are closed");
    }
  }

  private void stopThreads() {
    try {
      cluster.stop(); // as above
    } finally {
      workers.stop();
    }
  }

  private void closeConnections() {
    try {
      registry.closeAll(CLIENT_READ_TIMEOUT);
    } finally {
      try {
        // While the pool of the database is there: on Payara it goes before the beans.
        webhooks.stop();
      } finally {
        try {
          housekeeping.stop(); // as above
        } finally {
          stopThreads();
        }
      }
    }
  }
}
