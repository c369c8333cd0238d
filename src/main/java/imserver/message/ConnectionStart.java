package imserver.message;

import imserver.auth.UserPrincipal;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.config.Config.Switch;
import imserver.directory.UserDirectory;
import imserver.monitoring.Meters;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.Welcome;
import imserver.session.ChangeStream;
import imserver.session.ConnectionStream;
import imserver.session.MessageStream;
import imserver.session.SessionRegistry;
import imserver.session.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/**
 * Begins what a new connection is told. Most get the user's unread messages, oldest first, page by
 * page as the client takes them, and then go live. One whose client keeps a cursor is told the
 * number of the last change, and goes live at once.
 */
@ApplicationScoped
public class ConnectionStart {

  private static final System.Logger LOG = System.getLogger(ConnectionStart.class.getName());

  private static final int PAGE = 250;

  /**
   * How long to wait for a database that is down. Until it is back the connection gets no messages,
   * and misses none.
   */
  private static final Duration RETRY = Duration.ofSeconds(2);

  @Inject private Config config;
  @Inject private UserDirectory directory;
  @Inject private MessageService service;
  @Inject private CatchUp catchUp;
  @Inject private SessionRegistry registry;
  @Inject private Cluster cluster;
  @Inject private Workers workers;

  /** For the container, which injects the rest. */
  public ConnectionStart() {}

  ConnectionStart(
      Config config,
      UserDirectory directory,
      MessageService service,
      CatchUp catchUp,
      SessionRegistry registry,
      Cluster cluster,
      Workers workers) {
    this.config = config;
    this.directory = directory;
    this.service = service;
    this.catchUp = catchUp;
    this.registry = registry;
    this.cluster = cluster;
    this.workers = workers;
  }

  /** Starts, on another thread. */
  public void start(ConnectionStream stream) {
    workers.run(() -> retrying(stream, () -> begin(stream)));
  }

  private void begin(ConnectionStream stream) {
    UserPrincipal user = stream.connection().user();
    boolean recorded;
    try {
      recorded = directory.record(user);
    } catch (RuntimeException e) {
      recorded = directory.record(user); // another connection may have entered the user
    }
    if (recorded) {
      cluster.publish(List.of(new ProfileChanged(user.userId())));
    }
    catchUp.begin(user.userId());
    if (stream instanceof MessageStream messages) {
      Meters.replayBegun();
      next(messages);
    } else if (stream instanceof ChangeStream changes) {
      String epoch = service.epoch();
      registry.welcome(changes, head -> welcome(user.userId(), head, epoch));
    }
  }

  private Welcome welcome(long userId, long head, String epoch) {
    return new Welcome(
        userId,
        head,
        epoch,
        config.limits().maxContent(),
        config.rules().recall(),
        config.rules().receipts() == Switch.ON,
        config.rules().strangers().isBounded(),
        config.files().maxBytes());
  }

  private void next(MessageStream stream) {
    int wanted = Math.min(page(), config.limits().replayLimit() - stream.replayed());
    if (wanted == 0) {
      stream.goLive(); // the rest by REST
      return;
    }
    List<Incoming> page =
        service.unread(stream.connection().user().userId(), stream.replayedUpTo(), wanted);
    stream.replay(page);
    Meters.replayed(page.size());
    if (page.size() < wanted) {
      stream.connection().whenDrained(stream::goLive); // what was held back may fill the queue
    } else {
      stream
          .connection()
          .whenDrained(() -> workers.run(() -> retrying(stream, () -> next(stream))));
    }
  }

  /** Leaves the connection's queue room for its own answers. */
  private int page() {
    return Math.min(PAGE, config.limits().outbox() / 2);
  }

  private void retrying(ConnectionStream stream, Runnable step) {
    if (!stream.connection().isOpen()) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException e) { // also of the commit, which is no StorageException
      LOG.log(Level.WARNING, "a replay waits for the database: {0}", e.getMessage());
      workers.runIn(
          RETRY,
          () -> workers.run(() -> retrying(stream, step)),
          () -> stream.connection().isOpen());
    }
  }
}
