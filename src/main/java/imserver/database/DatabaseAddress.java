package imserver.database;

import imserver.config.Config;
import imserver.config.Environment;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where the database is and how it is spoken to.
 *
 * @param driver of the WAR, not of the server
 * @param vendor whose SQL it speaks
 * @param url the JDBC address with what we add to it
 * @param properties user, password and the driver's settings
 * @param description for the log, without the password
 * @param folder of the embedded database, null for any other
 */
record DatabaseAddress(
    Driver driver,
    Vendor vendor,
    String url,
    Properties properties,
    String description,
    @Nullable Path folder) {

  private static final String PLANS = "-c plan_cache_mode=force_custom_plan";

  /** Whoever waits for a lock has to see what was committed under it, whatever the default is. */
  private static final String ISOLATION = " -c default_transaction_isolation=read\\ committed";

  /** A database in a file of this machine, which is there or not, but does not come up later. */
  boolean isFile() {
    return url.startsWith("jdbc:h2:file:");
  }

  /**
   * Reads the address from the settings.
   *
   * @throws imserver.config.InvalidConfigException if it is of a database that the product does not
   *     know
   */
  static DatabaseAddress of(Config.Storage storage) {
    String url = storage.url();
    if (url == null) {
      return embedded(Environment.dataFolder(storage));
    }
    Vendor vendor = Vendor.of(storage);
    return switch (vendor) {
      case POSTGRESQL ->
          new DatabaseAddress(
              new org.postgresql.Driver(),
              vendor,
              url,
              postgresql(storage),
              withoutParameters(url),
              null);
      case H2 ->
          new DatabaseAddress(
              new org.h2.Driver(),
              vendor,
              url + h2Settings(),
              login(storage),
              withoutParameters(url),
              null);
    };
  }

  private static DatabaseAddress embedded(Path folder) {
    Properties properties = new Properties();
    properties.setProperty("user", "sa");
    properties.setProperty("password", "");
    return new DatabaseAddress(
        new org.h2.Driver(),
        Vendor.H2,
        "jdbc:h2:file:" + folder.resolve("imserver") + h2Settings(),
        properties,
        "the embedded database in " + folder,
        folder);
  }

  /**
   * WRITE_DELAY=0: a commit is in the file when it returns; by default H2 keeps it in memory for up
   * to 500 ms. DB_CLOSE_ON_EXIT: H2 must not close before the intake has drained. The rest makes it
   * understand PostgreSQL's SQL.
   */
  private static String h2Settings() {
    return ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
  }

  /**
   * A database that has gone silent must not hold a lane for ever (the driver's default): 2 s for a
   * connection, 2 s for what comes before a login, 4 s for each answer after that, and 3.5 s until
   * the database itself ends a statement. Inserts travel together. A batch leaves in one piece, and
   * not in pieces of 8 kB for each of which the database is woken. Statements are planned for the
   * table as it is: a plan that was made while it was empty reads all of it for every look-up. What
   * the address itself says counts more than these.
   */
  private static Properties postgresql(Config.Storage storage) {
    Properties properties = login(storage);
    properties.setProperty("ApplicationName", "imserver");
    properties.setProperty("connectTimeout", "2");
    properties.setProperty("sslResponseTimeout", "2000"); // ms; also asked for without TLS
    properties.setProperty("socketTimeout", "4");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("reWriteBatchedInserts", "true");
    properties.setProperty("maxSendBufferSize", "65536");
    properties.setProperty("options", PLANS + ISOLATION + " -c statement_timeout=3500"); // ms
    return properties;
  }

  /** For migrations: to build an index of a large table takes its time. */
  DatabaseAddress forMigrations() {
    Properties patient = new Properties();
    patient.putAll(properties);
    if (vendor == Vendor.POSTGRESQL) {
      patient.setProperty("connectTimeout", "10");
      patient.setProperty("socketTimeout", "3600");
      patient.setProperty("options", PLANS);
    }
    return new DatabaseAddress(driver, vendor, url, patient, description, folder);
  }

  private static Properties login(Config.Storage storage) {
    Properties properties = new Properties();
    if (storage.user() != null) {
      properties.setProperty("user", storage.user());
    }
    if (storage.password() != null) {
      properties.setProperty("password", storage.password());
    }
    return properties;
  }

  private static String withoutParameters(String url) {
    return url.split("[?;]", 2)[0];
  }
}
