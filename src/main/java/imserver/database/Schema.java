package imserver.database;

import imserver.config.Config;
import imserver.config.Environment;
import imserver.config.InvalidConfigException;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/**
 * Defines the data source, and creates or migrates the tables before any other part of the
 * application uses them.
 */
@DataSourceDefinition(
    name = Schema.DATA_SOURCE,
    className = "imserver.database.EnvironmentDataSource",
    transactional = true,
    minPoolSize = 2,
    maxPoolSize = 16,
    properties = {"source=environment", "fish.payara.max-wait-time-in-millis=2000"})
@Singleton
@DependsOn("StartupCheck") // with settings that are refused nothing is migrated
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@Startup
@TransactionManagement(TransactionManagementType.BEAN)
public class Schema {

  /** The JNDI name of the data source that this application defines. */
  public static final String DATA_SOURCE = "java:app/jdbc/imserver";

  private static final System.Logger LOG = System.getLogger(Schema.class.getName());

  /** How often to retry a database that does not answer yet, as when both are started together. */
  private static final int CONNECT_RETRIES = 6;

  /** Seconds between them. */
  private static final int CONNECT_INTERVAL = 5;

  /** How long a pool of the server may take until it has given as many as are needed. */
  private static final Duration POOL_PATIENCE = Duration.ofSeconds(10);

  /** The class of states of errors by the rights of a user, as of syntax (SQL:2023). */
  private static final String ACCESS_RULE = "42";

  /** Change nothing; a database looks at the rights of its user all the same. */
  private static final List<String> RIGHTS =
      List.of(
          "insert into recall select * from recall where 1 = 0",
          "update recall set message_id = message_id where 1 = 0",
          "delete from recall where 1 = 0");

  @Inject private Config config;

  /** For the container, which injects the rest. */
  public Schema() {}

  Schema(Config config) {
    this.config = config;
  }

  /** Which database it is, for a log; without the password. */
  public String description() {
    ServerPool pool = ServerPool.of(config.storage());
    return pool == null ? DatabaseAddress.of(config.storage()).description() : pool.description();
  }

  /** Where files are kept that users upload, beside an embedded database. */
  public Path filesFolder() {
    return Environment.dataFolder(config.storage()).resolve("files");
  }

  /**
   * Opens a connection that is nobody else's for as long as it is open, with the time-outs of one
   * that is pooled. No pool knows it, unless the data source is the server's. The caller closes it.
   */
  public Connection openConnection() throws SQLException {
    ServerPool pool = ServerPool.of(config.storage());
    if (pool != null) {
      return ListeningConnection.over(pool.source().getConnection());
    }
    DatabaseAddress address = DatabaseAddress.of(config.storage());
    Connection connection = address.driver().connect(address.url(), address.properties());
    if (connection == null) {
      throw new SQLException("the driver does not know " + address.description());
    }
    return connection;
  }

  /**
   * Migrates, over a connection of its own. No other method has its name: Payara would call that.
   *
   * @throws IllegalStateException if the database cannot be reached or has other tables
   */
  @PostConstruct
  void migrate() {
    try {
      ServerPool pool = serverPool();
      if (pool == null) {
        makeTables(DatabaseAddress.of(config.storage()));
      } else {
        LOG.log(Level.INFO, "messages are kept in {0}", pool.description());
        makeTables(pool.forMigrations(), pool.vendor(), 0, pool.description());
      }
    } catch (RefusedException e) {
      LOG.log(Level.ERROR, "imserver cannot start: {0}", e.getMessage());
      throw e;
    } finally {
      unregisterDrivers(); // nothing here looks up a driver in the JVM
    }
  }

  /** Its reason is for the log. */
  private static final class RefusedException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    RefusedException(String reason, @Nullable Throwable cause) {
      super(reason, cause);
    }
  }

  private @Nullable ServerPool serverPool() {
    try {
      ServerPool pool = ServerPool.of(config.storage());
      if (pool != null) {
        pool.connect(CONNECT_RETRIES, Duration.ofSeconds(CONNECT_INTERVAL));
        pool.checkSize(POOL_PATIENCE);
      }
      return pool;
    } catch (InvalidConfigException e) {
      throw new RefusedException(String.valueOf(e.getMessage()), e);
    } catch (StorageException e) {
      throw new RefusedException(config.storage().jndi() + ": " + e.getMessage(), e);
    }
  }

  private static void makeTables(DatabaseAddress address) {
    LOG.log(Level.INFO, "messages are kept in {0}", address.description());
    if (address.folder() != null) {
      // Before it is created, with permissions for its owner only.
      DataFolder.warnIfOpen(address.folder());
    }
    makeTables(
        new EnvironmentDataSource(address.forMigrations()),
        address.vendor(),
        address.isFile() ? 0 : CONNECT_RETRIES,
        address.description());
  }

  private static void makeTables(
      DataSource source, Vendor vendor, int connectRetries, String description) {
    try {
      Migrations.of(source, vendor)
          .connectRetries(connectRetries)
          .connectRetriesInterval(CONNECT_INTERVAL)
          .load()
          .migrate();
      Durability.warn(source, vendor);
      refuseUnfinishedCopy(source, description);
      refuseWithoutRights(source, description);
    } catch (FlywayException e) {
      throw new RefusedException(description + ": " + Migrations.reason(e), e);
    }
  }

  /** What a copy has not been finished into is no database to serve ({@code imserver.transfer}). */
  private static void refuseUnfinishedCopy(DataSource source, String description) {
    boolean isUnfinished;
    try (Connection connection = source.getConnection()) {
      isUnfinished = OfflineDatabase.isUnfinishedCopy(connection);
    } catch (SQLException e) {
      throw new RefusedException(description + ": " + new StorageException(e).getMessage(), e);
    }
    if (isUnfinished) {
      throw new RefusedException(
          description + ": a copy into it was not finished: run it again, or take another database",
          null);
    }
  }

  /** Tables that are there already can belong to a user who lets this one only read. */
  private static void refuseWithoutRights(DataSource source, String description) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (String each : RIGHTS) {
        statement.executeUpdate(each);
      }
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      String advice =
          state.startsWith(ACCESS_RULE) ? "its user must read, insert, update and delete: " : "";
      throw new RefusedException(
          description + ": " + advice + new StorageException(e).getMessage(), e);
    }
  }

  /**
   * Drivers register themselves with the JVM when they are loaded, and would keep this
   * application's class loader from being collected.
   */
  private static void unregisterDrivers() {
    Collections.list(DriverManager.getDrivers()).stream()
        .filter(driver -> driver.getClass().getClassLoader() == Schema.class.getClassLoader())
        .forEach(Schema::unregister);
  }

  private static void unregister(Driver driver) {
    try {
      DriverManager.deregisterDriver(driver);
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a driver stays registered: {0}", e.getMessage());
    }
  }
}
