package imserver.webhook;

import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
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
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Starts and stops what tells the host application, where the settings want that. Safe for use by
 * several threads.
 */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Webhooks {

  private static final System.Logger LOG = System.getLogger(Webhooks.class.getName());

  /** For a whole exchange, as Standard Webhooks advises. */
  private static final Duration EXCHANGE = Duration.ofSeconds(15);

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  /** After a start clients are given so long to connect. */
  private static final int MOST_SECONDS_TO_CONNECT = 30;

  @Inject private Config config;
  @Inject private Clock clock;
  @Inject private WriteTurn turn;
  @Inject private SessionRegistry registry;
  @Inject private Cluster cluster;

  @Inject private DataSource dataSource;

  @Resource private ManagedThreadFactory threads;

  private volatile @Nullable Dispatcher dispatcher;
  private @Nullable ThreadPoolExecutor http;
  private @Nullable ScheduledThreadPoolExecutor timer;
  private @Nullable ConnectedUsers connected;

  /** For the container, which injects the rest. */
  public Webhooks() {}

  @PostConstruct
  void start() {
    URI url = config.webhook().url();
    if (url == null || config.webhook().secrets() == null) {
      return;
    }
    WebhookDatabase database = new WebhookDatabase(dataSource, Vendor.of(config.storage()), turn);
    WebhookQueue queue = new WebhookQueue(database);
    http = HostHttp.executor(threads);
    WebhookEndpoint endpoint =
        new WebhookEndpoint(
            url, new WebhookSigner(config.webhook().secrets()), clock, http, EXCHANGE);
    EndpointHealth health = new EndpointHealth(System::nanoTime);
    ConversationTeller teller =
        new ConversationTeller(queue, endpoint, health, queue.epoch(), System::nanoTime);
    Dispatcher started = new Dispatcher(queue, teller, health, System::nanoTime, threads);
    started.start();
    dispatcher = started;
    if (config.webhook().unseen() > 0) {
      watchUnseen(database, config.webhook().unseen());
    }
    LOG.log(
        Level.INFO, "what happens is told to {0}://{1}", url.getScheme(), url.getRawAuthority());
  }

  private void watchUnseen(WebhookDatabase database, int seconds) {
    ScheduledThreadPoolExecutor started =
        new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    timer = started;
    if (!database.isEmbedded()) {
      ConnectedUsers users = new ConnectedUsers(database, cluster.node(), registry::users);
      connected = users;
      every(started, LOOK, users::update);
    }
    UnseenWatch watch = new UnseenWatch(database, seconds, registry::isConnected, this::wake);
    every(started, Duration.ofSeconds(Math.min(seconds, MOST_SECONDS_TO_CONNECT)), watch::look);
  }

  /** Each second, from {@code first} on; what fails comes again all the same. */
  private static void every(ScheduledThreadPoolExecutor timer, Duration first, Runnable task) {
    var unused =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (StorageException e) {
                LOG.log(Level.DEBUG, "what is not seen cannot be looked at: {0}", e.getMessage());
              } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "what is not seen cannot be looked at", e);
              }
            },
            first.toMillis(),
            LOOK.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Something may have been committed that is to be told. Costs nothing where nobody is told. */
  public void wake() {
    Dispatcher started = dispatcher;
    if (started != null) {
      started.wake();
    }
  }

  /**
   * Stops telling: what is under way is given up, and told by another server or after the next
   * start. May be called again. Takes a few seconds at most.
   */
  @PreDestroy
  public void stop() {
    Dispatcher started = dispatcher;
    if (started == null) {
      return;
    }
    dispatcher = null;
    started.stop();
    if (timer != null) {
      stop(timer);
    }
    if (connected != null) {
      connected.leave();
    }
    if (http != null) {
      http.shutdownNow();
    }
  }

  private static void stop(ScheduledThreadPoolExecutor timer) {
    timer.shutdown();
    try {
      if (!timer.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        timer.shutdownNow();
      }
    } catch (InterruptedException e) {
      timer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
