package imserver.database;

import imserver.config.Config;
import imserver.config.Environment;
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
import java.util.Collections;
import org.flywaydb.core.api.FlywayException;

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

  @Inject private Config config;

  /** For the container, which injects the rest. */
  public Schema() {}

  Schema(Config config) {
    this.config = config;
  }

  /** Which database it is, for a log; without the password. */
  public String description() {
    return DatabaseAddress.of(config.storage()).description();
  }

  /** Where files are kept that users upload, beside an embedded database. */
  public Path filesFolder() {
    return Environment.dataFolder(config.storage()).resolve("files");
  }

  /**
   * Opens a connection that no pool knows, with the time-outs of one that is pooled. The caller
   * closes it.
   */
  public Connection openConnection() throws SQLException {
    DatabaseAddress address = DatabaseAddress.of(config.storage());
    Connection connection = address.driver().connect(address.url(), address.properties());
    if (connection == null) {
      throw new SQLException("the driver does not know " + address.description());
    }
    return connection;
  }

  /**
   * Migrates, over a connection of its own.
   *
   * @throws IllegalStateException if the database cannot be reached or has other tables
   */
  @PostConstruct
  void migrate() {
    DatabaseAddress address = DatabaseAddress.of(config.storage());
    LOG.log(Level.INFO, "messages are kept in {0}", address.description());
    if (address.folder() != null) {
      // Before it is created, with permissions for its owner only.
      DataFolder.warnIfOpen(address.folder());
    }
    unregisterDrivers(); // nothing here looks up a driver in the JVM
    try {
      Migrations.of(address)
          .connectRetries(address.isFile() ? 0 : CONNECT_RETRIES)
          .connectRetriesInterval(5)
          .load()
          .migrate();
      Durability.warn(address);
    } catch (FlywayException e) {
      String reason = address.description() + ": " + Migrations.reason(e);
      LOG.log(Level.ERROR, "imserver cannot start: {0}", reason);
      throw new IllegalStateException(reason, e);
    }
    refuseUnfinishedCopy(address);
  }

  /** What a copy has not been finished into is no database to serve ({@code imserver.transfer}). */
  private static void refuseUnfinishedCopy(DatabaseAddress address) {
    OfflineDatabase database = new OfflineDatabase(address);
    boolean isUnfinished;
    try (Connection connection = database.connect()) {
      isUnfinished = OfflineDatabase.isUnfinishedCopy(connection);
    } catch (SQLException e) {
      throw new IllegalStateException(new StorageException(e).getMessage(), e);
    }
    if (isUnfinished) {
      String reason =
          address.description()
              + ": a copy into it was not finished: run it again, or take another database";
      LOG.log(Level.ERROR, "imserver cannot start: {0}", reason);
      throw new IllegalStateException(reason);
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
