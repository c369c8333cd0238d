package imserver.cluster;

import imserver.cluster.Frame.Kind;
import imserver.config.Config;
import imserver.database.Schema;
import imserver.database.Vendor;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * This server among others on the same database: tells them of changes, and hears of theirs. Where
 * it is alone it tells nobody anything; with an embedded database it is always alone. Safe for use
 * by several threads; no method waits but {@link #stop}.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Cluster {

  /** Who is told what others do. */
  public interface Listener {

    /**
     * Another server has committed changes. Changes of one server come in the order of their
     * commits for each user, those of several in any.
     */
    void changed(List<Change> changes);

    /** Changes may have been missed: the heads of all connected users are to be compared, soon. */
    void compare();
  }

  private static final System.Logger LOG = System.getLogger(Cluster.class.getName());

  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Duration SHARED_FOR = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  /** What the database calls the connection that listens, before the id of the server. */
  static final String LISTENER_NAME = "imserver listener ";

  @Inject private Config config;
  @Inject private Schema schema;

  @Resource(lookup = Schema.DATA_SOURCE)
  private DataSource database;

  @Resource private ManagedThreadFactory threads;

  /** One of 2^53, so that two servers do not draw the same. */
  private final long node = 1 + (new SecureRandom().nextLong() >>> 11);

  private final Continuity continuity = new Continuity(System.nanoTime());
  private volatile boolean others;
  private volatile boolean shared;

  /** When another server was last alive; null for never. Of the thread of the beat. */
  private @Nullable Long othersSeen;

  private @Nullable NodeTable nodes;
  private @Nullable Bus bus;
  private @Nullable Listener listener;
  private @Nullable ScheduledThreadPoolExecutor timer;

  /** Of the last frame with changes; guarded by {@link #publishing}. */
  private long number;

  private final Object publishing = new Object();

  /** Why the bus is down; null where it is not. Of the bus's thread, as the next one. */
  private @Nullable String broken;

  private boolean everConnected;

  /** For the container, which injects the rest. */
  public Cluster() {}

  Cluster(LongFunction<NodeTable> nodes, LongFunction<Bus> bus, ManagedThreadFactory threads) {
    this.nodes = nodes.apply(node);
    this.bus = bus.apply(node);
    this.threads = threads;
  }

  /** Joins the others, if there may be any. To be called once. */
  public void start(Listener listener) {
    this.listener = listener;
    if (bus == null) {
      if (Vendor.of(config.storage()) != Vendor.POSTGRESQL) {
        return;
      }
      nodes = new NodeTable(database, LISTENER_NAME);
      bus = new PostgresBus(schema::openConnection, LISTENER_NAME + node, threads);
    }
    bus.start(new BusListener());
    timer = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
    var unused =
        timer.scheduleWithFixedDelay(this::beat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether there may be other servers, now or later: not with an embedded database. */
  public boolean isPossible() {
    return bus != null;
  }

  /**
   * Whether other servers store as well: one was alive within the last minute. One that was killed
   * counts, since what it stored may still be missing here.
   */
  public boolean isShared() {
    return shared;
  }

  /** Whether other servers are alive, which are to be told of changes. */
  boolean hasOthers() {
    return others;
  }

  /** How many servers are alive, this one included. */
  public int servers() {
    synchronized (continuity) {
      return continuity.peers() + 1;
    }
  }

  /** Whether this server hears each other one that is alive. */
  public boolean hearsAll() {
    synchronized (continuity) {
      return continuity.hearsAll(System.nanoTime());
    }
  }

  /**
   * Tells the others of changes that are committed, for each user in this order. Does nothing where
   * there are no others.
   */
  public void publish(List<Change> changes) {
    if (others && bus != null && !changes.isEmpty()) {
      synchronized (publishing) { // in the order of their numbers
        FrameCodec.encode(node, () -> ++number, changes).forEach(bus::publish);
      }
    }
  }

  /**
   * Something may have been committed of which nobody can say what: all servers compare. The others
   * learn it as of a frame that did not come.
   */
  public void doubt() {
    synchronized (publishing) {
      number++;
    }
    synchronized (continuity) {
      continuity.doubt(System.nanoTime());
    }
  }

  private void beat() {
    try {
      NodeTable.Others rows = table().beat(node);
      others = !rows.alive().isEmpty();
      if (others) {
        othersSeen = System.nanoTime();
      }
      shared = othersSeen != null && System.nanoTime() - othersSeen < SHARED_FOR.toNanos();
      synchronized (continuity) {
        continuity.tick(rows.alive(), System.nanoTime());
      }
      if (!rows.silent().isEmpty()) {
        table().forgetSilent();
      }
      publishBeat();
    } catch (SQLException | RuntimeException e) { // what is missed meanwhile is found afterwards
      LOG.log(Level.DEBUG, "the other servers are not known: {0}", e.toString());
    }
    compareIfDue();
  }

  /** Also where it is alone: the bus comes to know by it that it carries. */
  private void publishBeat() {
    if (bus != null) {
      synchronized (publishing) {
        bus.publish(FrameCodec.beat(node, number));
      }
    }
  }

  private void compareIfDue() {
    boolean due;
    synchronized (continuity) {
      due = continuity.isDue(System.nanoTime());
    }
    if (due && listener != null) {
      listener.compare();
    }
  }

  private NodeTable table() {
    if (nodes == null) {
      throw new IllegalStateException("not started");
    }
    return nodes;
  }

  /** What the bus tells. */
  private final class BusListener implements Bus.Listener {

    @Override
    public void heard(String text) {
      Frame frame;
      try {
        frame = FrameCodec.decode(text);
      } catch (IllegalArgumentException e) { // somebody else's
        LOG.log(Level.DEBUG, "a notification is no frame: {0}", e.toString());
        return;
      }
      if (frame.node() == node) {
        return;
      }
      synchronized (continuity) {
        continuity.heard(frame, System.nanoTime());
      }
      if (frame.kind() == Kind.CHANGES && listener != null) {
        listener.changed(frame.changes());
      }
      compareIfDue();
    }

    @Override
    public void connected() {
      synchronized (continuity) {
        continuity.connected(true, System.nanoTime());
      }
      everConnected = true;
      if (broken != null) {
        broken = null;
        LOG.log(shared ? Level.INFO : Level.DEBUG, "the bus between servers carries again");
      }
    }

    @Override
    public void disconnected(String reason) {
      synchronized (continuity) {
        continuity.connected(false, System.nanoTime());
      }
      if (!reason.equals(broken)) {
        broken = reason;
        LOG.log(
            shared || !everConnected
                ? Level.WARNING
                : Level.DEBUG, // a server that is alone misses nothing
            "the bus between servers is down, what others store comes about 2 s later: {0}",
            reason);
      }
    }
  }

  /** Leaves the others. May be called again. */
  @PreDestroy
  public void stop() {
    if (timer == null || timer.isShutdown()) {
      return;
    }
    timer.shutdown();
    if (bus != null) {
      bus.stop();
    }
    try {
      var unused = timer.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      table().leave(node);
    } catch (SQLException | RuntimeException e) { // the others find it silent
      LOG.log(Level.DEBUG, "this server is still in the table: {0}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
