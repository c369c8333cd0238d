package imserver.database;

import imserver.config.Config;
import imserver.config.Environment;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC address of the database, with its driver and properties.
 *
 * @param driver the one in the WAR, not the server's
 * @param vendor the product
 * @param url the JDBC address with our settings added
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

  /**
   * A transaction that has waited for a lock has to see what was committed under it, whatever the
   * default of the database is.
   */
  private static final String ISOLATION = " -c default_transaction_isolation=read\\ committed";

  /**
   * In seconds. MySQL, which does not read this, has no such bound for what writes; what has hung
   * there is rolled back when the database finds that the connection is gone.
   */
  private static final String LONGEST_ON_MARIADB = "/*M! max_statement_time = 3.5, */ ";

  /** Whether it is a file of this machine: if that cannot be opened now, a retry does not help. */
  boolean isFile() {
    return url.startsWith("jdbc:h2:file:");
  }

  /**
   * Reads the address from the settings.
   *
   * @throws imserver.config.InvalidConfigException if it is of a database that is not supported
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
      case MARIADB ->
          new DatabaseAddress(
              new org.mariadb.jdbc.Driver(),
              vendor,
              url.replaceFirst("^jdbc:mysql:", "jdbc:mariadb:"), // the same driver, by its own name
              mariaDb(storage),
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
   * accept much of PostgreSQL's SQL.
   */
  private static String h2Settings() {
    return ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
  }

  /**
   * A database that no longer answers must not block a lane for ever (the driver's default): 2 s to
   * connect, 2 s for the answer before the login, 4 s for each answer after that, and 3.5 s until
   * the database itself ends a statement. JDBC batches of inserts are sent as one statement. A
   * large packet is sent in pieces of 64 kB, not of 8 kB, for each of which the database wakes up.
   * Statements are planned with their parameters: a plan that was made while a table was empty
   * reads all of it for every look-up. Parameters in the address itself override these.
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

  /**
   * The same times as on PostgreSQL. Text that does not fit is refused, not cut; "||" puts texts
   * together. All times are those of UTC, whatever the zones of the database and of this process. A
   * lock is waited for as long as a statement may take. Parameters in the address itself override
   * these.
   */
  private static Properties mariaDb(Config.Storage storage) {
    Properties properties = login(storage);
    properties.setProperty("connectTimeout", "2000"); // ms
    properties.setProperty("socketTimeout", "4000");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("initSql", "set " + LONGEST_ON_MARIADB + "innodb_lock_wait_timeout = 3");
    properties.setProperty("transactionIsolation", "READ-COMMITTED");
    properties.setProperty("connectionTimeZone", "UTC");
    properties.setProperty("forceConnectionTimeZoneToSession", "true");
    properties.setProperty("allowLocalInfile", "false"); // no server may ask for files of this one
    properties.setProperty(
        "sessionVariables",
        "sql_mode='STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,PIPES_AS_CONCAT',"
            + "auto_increment_increment=1,auto_increment_offset=1");
    return properties;
  }

  /** The same address with long time-outs, for migrations: an index of a large table takes long. */
  DatabaseAddress forMigrations() {
    Properties patient = new Properties();
    patient.putAll(properties);
    if (vendor == Vendor.POSTGRESQL) {
      patient.setProperty("connectTimeout", "10");
      patient.setProperty("socketTimeout", "3600");
      patient.setProperty("options", PLANS);
    }
    if (vendor == Vendor.MARIADB) {
      patient.remove("initSql");
      patient.setProperty("connectTimeout", "10000");
      patient.setProperty("socketTimeout", "3600000");
    }
    return new DatabaseAddress(driver, vendor, url, patient, description, folder);
  }

  /** The same with further parameters of the driver. */
  DatabaseAddress with(String parameters) {
    return new DatabaseAddress(driver, vendor, url + parameters, properties, description, folder);
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

  static String withoutParameters(String url) {
    return url.split("[?;]", 2)[0];
  }
}
