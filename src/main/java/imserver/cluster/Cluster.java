package imserver.cluster;

import imserver.cluster.Frame.Kind;
import imserver.config.Config;
import imserver.config.RedisUrl;
import imserver.database.Schema;
import imserver.database.Vendor;
import imserver.monitoring.Meters;
import imserver.monitoring.TaskWatch;
import imserver.monitoring.Watchdog;
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
import java.util.Set;
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

    /** The same of these users alone. */
    void compare(List<Long> users);

    /** The users who are connected to this server, as it is at about this moment. */
    Set<Long> users();
  }

  private static final System.Logger LOG = System.getLogger(Cluster.class.getName());

  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  /** The beat, its publication, and the look whether to compare: each may wait for something. */
  private static final int TIMER_THREADS = 3;

  /** Before something is said that passes by itself where all is well. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What the database calls the connection that listens, before the id of the server. */
  static final String LISTENER_NAME = "imserver listener ";

  @Inject private Config config;
  @Inject private Schema schema;

  @Inject private DataSource database;
  @Inject private Watchdog watchdog;

  @Resource private ManagedThreadFactory threads;

  /** One of 2^53, so that two servers do not draw the same. */
  private final long node = 1 + (new SecureRandom().nextLong() >>> 11);

  private final Continuity continuity = new Continuity(System.nanoTime());
  private volatile boolean others;

  /** Whether the last beat reached the database; true before the first. */
  private volatile boolean beating = true;

  private final Outage noBeat =
      new Outage(
          PATIENCE,
          "the servers on this database are not known, what others store comes about 2 s later:",
          "the servers on this database are known again");

  private final Outage unheard =
      new Outage(
          PATIENCE,
          "a server on this database is not heard, or was killed; what it stores comes about 2 s"
              + " later;",
          "all servers on this database are heard");

  /** Null until it was read from the database: nothing is heard before. */
  private volatile @Nullable FrameSeal seal;

  private @Nullable NodeTable nodes;
  private @Nullable Bus bus;

  /** For a bus by which users are followed; null for another. */
  private @Nullable Following following;

  private @Nullable Publisher publisher;
  private @Nullable Listener listener;
  private @Nullable ScheduledThreadPoolExecutor timer;

  private @Nullable Inbox inbox;

  private final BusLog busLog = new BusLog();

  /** For the container, which injects the rest. */
  public Cluster() {}

  Cluster(
      LongFunction<NodeTable> nodes,
      LongFunction<Bus> bus,
      ManagedThreadFactory threads,
      Watchdog watchdog) {
    this.nodes = nodes.apply(node);
    this.bus = bus.apply(node);
    this.threads = threads;
    this.watchdog = watchdog;
  }

  /** Joins the others, if there may be any. To be called once. */
  public void start(Listener listener) {
    this.listener = listener;
    timer = new ScheduledThreadPoolExecutor(TIMER_THREADS, threads, new DiscardPolicy());
    if (bus == null) {
      RedisUrl redis = config.server().redis();
      Vendor vendor = Vendor.of(config.storage());
      if (vendor != Vendor.H2) {
        nodes = new NodeTable(database, vendor, LISTENER_NAME);
        bus =
            redis != null
                ? redisBus(redis, nodes)
                : vendor == Vendor.POSTGRESQL ? postgresBus() : new NoBus();
      } else if (redis != null) {
        LOG.log(
            Level.WARNING,
            "IMSERVER_REDIS_URL is not used: an embedded database has this server alone");
      }
    }
    if (bus instanceof UserBus byUser) {
      following = new Following(byUser);
    }
    if (bus != null) {
      inbox =
          new Inbox(
              listener::changed,
              this::doubtHere,
              threads,
              watchdog.watch("what other servers tell"));
      publisher = new Publisher(node, bus);
      bus.start(new BusListener());
      everySecond(publisher::beat);
      everySecond(this::beat);
      everySecond(this::reconcile);
    }
    everySecond(this::compareIfDue);
    Meters.gauge(
        "imserver.servers",
        "Servers on this database that are alive, as this one knows",
        this::servers);
    Meters.gauge(
        "imserver.bus.up",
        "1 where this server hears all others, 0 where not",
        () -> hearsAll() ? 1 : 0);
  }

  /** A task that fails comes again all the same. */
  private void everySecond(Runnable task) {
    if (timer != null) {
      TaskWatch watch = watchdog.watch("what is done each second for several servers");
      var unused =
          timer.scheduleWithFixedDelay(
              () -> logged(task, watch), 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private Bus postgresBus() {
    return new PostgresBus(schema::openConnection, LISTENER_NAME + node, threads);
  }

  private Bus redisBus(RedisUrl redis, NodeTable table) {
    LOG.log(Level.INFO, "servers on this database tell each other by {0}", redis);
    return new RedisBus(redis, table::installation, threads);
  }

  private static void logged(Runnable task, TaskWatch watch) {
    watch.begin();
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a task of the cluster failed", e);
    } finally {
      watch.end();
    }
  }

  /** Which server this is, in the table {@code node}: drawn anew with each start. */
  public long node() {
    return node;
  }

  /** How many servers are alive, this one included. */
  public int servers() {
    synchronized (continuity) {
      return continuity.peers() + 1;
    }
  }

  /**
   * Whether this server hears each other one that is alive, or, where there is no bus, asks the
   * database for what they store. A bus of the settings' own also has to be connected where there
   * are no others; that of the database matters to nobody then.
   */
  public boolean hearsAll() {
    synchronized (continuity) {
      return beating
          && (following == null || busLog.isConnected())
          && (bus instanceof NoBus || continuity.hearsAll(System.nanoTime()));
    }
  }

  /**
   * A user connects: from now on, or a moment later, what others tell of him is heard. To be called
   * before his head is read. Ends by itself when he is not connected any more.
   */
  public void follow(long userId) {
    if (following != null) {
      following.follow(userId);
    }
  }

  /**
   * Tells the others of changes that are committed, for each user in this order. Does nothing where
   * there are no others.
   */
  public void publish(List<? extends Change> changes) {
    if (publisher != null && !changes.isEmpty()) {
      publisher.publish(changes, others);
    }
  }

  /**
   * Something may have been committed of which nobody can say what: all servers compare, now and
   * for some seconds. The others learn it as of a frame that did not come.
   */
  public void doubt() {
    if (publisher != null) {
      publisher.skipNumber();
    }
    doubtHere();
  }

  /** This server alone may have missed something, or could not compare. */
  public void doubtHere() {
    synchronized (continuity) {
      continuity.doubt(System.nanoTime());
    }
  }

  /** Whether changes may have been missed lately, so that one which is missing may not come. */
  public boolean isInDoubt() {
    synchronized (continuity) {
      return continuity.isInDoubt(System.nanoTime());
    }
  }

  private void beat() {
    NodeTable.Others rows;
    try {
      if (seal == null) {
        readSeal();
      }
      rows = table().beat(node);
      if (!rows.silent().isEmpty()) {
        table().forgetSilent();
      }
    } catch (SQLException | RuntimeException e) { // what is missed meanwhile is compared
      LOG.log(Level.DEBUG, "the other servers are not known: {0}", e.toString());
      long now = System.nanoTime();
      synchronized (continuity) {
        continuity.unknown(now);
      }
      beating = false;
      noBeat.is(true, e.toString(), now);
      return;
    }
    beating = true;
    boolean hearing;
    long now = System.nanoTime();
    synchronized (continuity) {
      continuity.tick(rows.alive(), now);
      others = continuity.peers() > 0;
      hearing = continuity.hearsAll(now);
    }
    noBeat.is(false, "", now);
    unheard.is(
        !hearing && busLog.isConnected(), "others that are alive: " + rows.alive().size(), now);
  }

  private void reconcile() {
    try {
      if (following != null && listener != null) {
        following.reconcile(listener.users());
      }
    } catch (RuntimeException e) { // the next second it is done again
      LOG.log(Level.DEBUG, "the users who are followed are not known: {0}", e.toString());
    }
  }

  private void readSeal() throws SQLException {
    FrameSeal read = table().seal();
    seal = read;
    if (publisher != null) {
      publisher.use(read);
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
    public void heard(int way, String text) {
      FrameSeal opening = seal;
      if (opening == null) {
        return;
      }
      Frame frame;
      try {
        frame = FrameCodec.decode(opening.open(text));
      } catch (RuntimeException e) { // somebody else's
        LOG.log(Level.DEBUG, "a notification is no frame: {0}", e.toString());
        return;
      }
      if (frame.node() == node) {
        if (publisher != null) {
          publisher.heard(frame);
        }
        return;
      }
      boolean fresh;
      synchronized (continuity) {
        fresh = continuity.heard(frame, way, System.nanoTime());
      }
      if (fresh && frame.kind() == Kind.CHANGES && inbox != null) {
        inbox.add(frame.changes());
      }
    }

    @Override
    public void connected(int ways) {
      synchronized (continuity) {
        continuity.connected(ways, System.nanoTime());
      }
      busLog.connected(matters());
    }

    @Override
    public void disconnected(String reason) {
      synchronized (continuity) {
        continuity.connected(0, System.nanoTime());
      }
      busLog.disconnected(reason, matters());
    }

    /** With the bus of the database a server that is alone misses nothing. */
    private boolean matters() {
      return others || following != null;
    }

    @Override
    public void followed(List<Long> users) {
      if (listener != null) {
        listener.compare(users);
      }
    }

    @Override
    public void lost() {
      if (publisher != null) {
        publisher.skipNumber();
      }
    }
  }

  /** Leaves the others. May be called again. Takes a few seconds at most. */
  @PreDestroy
  public void stop() {
    if (timer == null || timer.isShutdown()) {
      return;
    }
    timer.shutdown();
    if (bus != null) {
      bus.stop();
    }
    if (inbox != null) {
      inbox.stop();
    }
    try {
      if (timer.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          && nodes != null) { // else a beat that is under way would enter it again
        nodes.leave(node);
      }
    } catch (SQLException e) { // the others find it silent
      LOG.log(Level.DEBUG, "this server is still in the table: {0}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
