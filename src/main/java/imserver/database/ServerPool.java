package imserver.database;

import imserver.config.Config;
import imserver.config.Environment;
import imserver.config.InvalidConfigException;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.InitialContext;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The data source of the server that {@code IMSERVER_JNDI} names. Safe for use by several threads.
 */
public final class ServerPool {

  private static final System.Logger LOG = System.getLogger(ServerPool.class.getName());

  /**
   * With fewer the server cannot start, or can hardly work: on PostgreSQL two are held for
   * notifications.
   */
  private static final int FEWEST = 4;

  /** With fewer, users wait for each other. */
  private static final int ADVISED = 8;

  /** By name: looked up once, at the start, where all names are known. */
  private static final Map<String, ServerPool> POOLS = new ConcurrentHashMap<>();

  private final String name;
  private final DataSource source;
  private volatile @Nullable Database database;

  /** What is at the other end. */
  private record Database(Vendor vendor, String url) {}

  private ServerPool(String name, DataSource source) {
    this.name = name;
    this.source = source;
  }

  /**
   * The one of this process, for code that runs before there is injection; null where it is not
   * set.
   *
   * @throws InvalidConfigException if the server has none of that name
   */
  public static @Nullable DataSource configured() {
    ServerPool pool = of(Environment.read().storage());
    return pool == null ? null : pool.source;
  }

  /**
   * The one that the settings name; null where they name none.
   *
   * @throws InvalidConfigException if the server has none of that name
   */
  static @Nullable ServerPool of(Config.Storage storage) {
    return storage.jndi() == null
        ? null
        : POOLS.computeIfAbsent(storage.jndi(), ServerPool::lookUp);
  }

  private static ServerPool lookUp(String name) {
    Object found;
    try {
      found = find(name);
    } catch (NamingException e) {
      throw refused(name, "the server has no data source of that name (%s)".formatted(oneLine(e)));
    }
    if (found instanceof DataSource source) {
      loadDriver(source);
      return new ServerPool(name, source);
    }
    throw refused(
        name, "no data source, but " + (found == null ? "null" : found.getClass().getName()));
  }

  /**
   * Payara's pools load the driver by the class loader of the thread that comes first. It must not
   * be that of the WAR, which has one too: the pool would end with the application.
   */
  private static void loadDriver(DataSource source) {
    Thread thread = Thread.currentThread();
    ClassLoader ofThread = thread.getContextClassLoader();
    thread.setContextClassLoader(ServerPool.class.getClassLoader().getParent());
    try {
      source.getConnection().close();
    } catch (SQLException e) { // it is tried again, and said then
      LOG.log(Level.DEBUG, "no connection yet: {0}", e.getMessage());
    } finally {
      thread.setContextClassLoader(ofThread);
    }
  }

  /** What a name of this server stands for; one of other servers, as {@code ldap:}, is refused. */
  @SuppressWarnings("BanJNDI") // the operator names it
  static Object find(String name) throws NamingException {
    if (name.contains(":") && !name.startsWith("java:")) {
      throw new InvalidNameException("only names of this server are looked up");
    }
    return InitialContext.doLookup(name);
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  static InvalidConfigException refused(String name, String why) {
    return new InvalidConfigException("IMSERVER_JNDI: %s: %s".formatted(name, why));
  }

  /**
   * Waits for the database, and looks at it.
   *
   * @param retries so often it is tried again
   * @throws InvalidConfigException if it cannot be used as it is set up
   * @throws StorageException if there is no connection
   */
  void connect(int retries, Duration pause) {
    for (int attempt = 0; ; attempt++) {
      try (Connection connection = source.getConnection()) {
        database = lookAt(connection);
        PoolSettings.check(name, vendor(), connection);
        return;
      } catch (SQLException e) {
        if (attempt == retries) {
          throw new StorageException(e);
        }
        LOG.log(Level.WARNING, "{0} gives no connection yet: {1}", name, oneLine(e));
      }
      pause(pause);
    }
  }

  /**
   * Takes some connections at once, to see whether there are enough.
   *
   * @param patience how long it may take until there are so many, or no more come
   * @throws InvalidConfigException if there are too few
   */
  void checkSize(Duration patience) {
    Taking taking = new Taking(source);
    int taken = taking.amountWithin(patience);
    if (taken < FEWEST) {
      throw refused(
          name,
          "gives %d connections at once, and not %d; is the pool too small? (docs/DEPLOY.md): %s"
              .formatted(taken, FEWEST, taking.last()));
    }
    if (taken < ADVISED) {
      LOG.log(
          Level.WARNING,
          "{0} gives {1} connections at once; with fewer than {2} users wait for each other"
              + " (docs/DEPLOY.md)",
          name,
          taken,
          ADVISED);
    }
  }

  /** In a thread of its own, since some pools wait for a connection without an end. */
  private static final class Taking implements Runnable {

    private final DataSource source;
    private final List<Connection> held = new ArrayList<>();
    private boolean over;

    /** Why there was no further one. */
    private String last = "it did not give more in time";

    Taking(DataSource source) {
      this.source = source;
    }

    int amountWithin(Duration patience) {
      Thread thread = new Thread(this, "imserver-pool");
      thread.setDaemon(true);
      thread.start();
      try {
        thread.join(patience.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      int taken = end();
      thread.interrupt();
      return taken;
    }

    @Override
    public void run() {
      try {
        while (add(source.getConnection())) {
          // the next one
        }
      } catch (SQLException | RuntimeException e) {
        failed(oneLine(e));
      }
    }

    /** What comes of the interrupt at the end says nothing of the pool. */
    private synchronized void failed(String reason) {
      if (!over) {
        last = reason;
      }
    }

    synchronized String last() {
      return last;
    }

    /** Whether there is to be another one. */
    private synchronized boolean add(Connection connection) {
      if (over) {
        giveBack(connection);
        return false;
      }
      held.add(connection);
      return held.size() < ADVISED;
    }

    private synchronized int end() {
      over = true;
      held.forEach(ServerPool::giveBack);
      return held.size();
    }
  }

  private static void giveBack(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a connection could not be given back: {0}", e.getMessage());
    }
  }

  private static void pause(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while it waited for the database", e);
    }
  }

  private Database lookAt(Connection connection) throws SQLException {
    DatabaseMetaData metadata = connection.getMetaData();
    return new Database(
        vendor(name, metadata.getDatabaseProductName(), metadata.getDriverName()),
        DatabaseAddress.withoutParameters(String.valueOf(metadata.getURL())));
  }

  /**
   * Which database it is.
   *
   * @throws InvalidConfigException if it is not supported, or not by this driver
   */
  static Vendor vendor(String name, String product, String driver) {
    Vendor vendor =
        switch (product) {
          case "PostgreSQL" -> Vendor.POSTGRESQL;
          case "MariaDB", "MySQL" -> Vendor.MARIADB;
          default ->
              throw refused(name, product + " is not supported: take PostgreSQL, MariaDB or MySQL");
        };
    String expected =
        vendor == Vendor.POSTGRESQL ? "PostgreSQL JDBC Driver" : "MariaDB Connector/J";
    if (!driver.equals(expected)) {
      throw refused(name, "its driver is %s: take %s".formatted(driver, expected));
    }
    return vendor;
  }

  /** Which database it is. */
  Vendor vendor() {
    Database known = database;
    if (known == null) {
      connect(0, Duration.ZERO);
      return vendor();
    }
    return known.vendor();
  }

  /** For a log, without a password. */
  String description() {
    Database known = database;
    return known == null ? name : "%s, of the server (%s)".formatted(name, known.url());
  }

  DataSource source() {
    return source;
  }

  /** The same with long time-outs, for migrations. */
  DataSource forMigrations() {
    return PatientConnection.of(source, vendor());
  }
}
