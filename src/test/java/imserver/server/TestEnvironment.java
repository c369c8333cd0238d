package imserver.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Around all integration tests: the database where they are to run on one, and the end of the last
 * server. Does nothing for unit tests.
 */
public final class TestEnvironment implements LauncherSessionListener {

  private static final Duration DATABASE_START = Duration.ofMinutes(2);

  private static final int FIRST_PORT = 12_000;

  /** Of Linux; of others it is higher. */
  private static final int FIRST_OF_CLIENTS = 32_768;

  private static EmbeddedPostgres postgres;
  private static TestMariaDb mariaDb;

  /** Which database this run is about. */
  static boolean onPostgres() {
    return "postgresql".equals(System.getProperty("imserver.test.database"));
  }

  static boolean onMariaDb() {
    return "mariadb".equals(System.getProperty("imserver.test.database"));
  }

  /**
   * The settings of a server for the database of this run; those of the embedded one are others.
   */
  static Map<String, String> databaseSettings() {
    return switch (System.getProperty("imserver.test.database")) {
      case "postgresql" -> Map.of("IMSERVER_DB_URL", postgresUrl());
      case "mariadb" -> mariaDb.settings();
      default -> Map.of();
    };
  }

  /** A connection to that database. */
  static Connection openDatabase() throws SQLException {
    return onPostgres() ? DriverManager.getConnection(postgresUrl()) : mariaDb.open();
  }

  /** A PostgreSQL for a test, which may take its time to start where others have the machine. */
  public static EmbeddedPostgres.Builder database() throws IOException {
    return EmbeddedPostgres.builder().setPort(freePort()).setPGStartupWait(DATABASE_START);
  }

  /** A folder for files of a test, which may not exist yet. */
  public static Path folder(String name) {
    return Path.of(System.getProperty("imserver.test.folder"), name).toAbsolutePath();
  }

  /** The address of the test's PostgreSQL. */
  static String postgresUrl() {
    return postgres.getJdbcUrl("postgres", "postgres");
  }

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    if (System.getProperty("imserver.test.database") == null) {
      return;
    }
    try {
      if (onPostgres()) {
        postgres = database().start();
      }
      if (onMariaDb()) {
        mariaDb = TestMariaDb.start();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    try {
      SharedServer.stop();
    } finally {
      closeDatabases();
    }
  }

  private static void closeDatabases() {
    if (mariaDb != null) {
      mariaDb.close();
    }
    if (postgres != null) {
      try {
        postgres.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * A port of loopback that nobody listens on, below those that systems give to who connects: or a
   * client of a test that runs beside could have it before the server does.
   */
  public static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, FIRST_OF_CLIENTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) { // another one, then
      }
    }
  }

  /** A configuration of Payara or GlassFish with free ports, on loopback alone. */
  static String onLoopback(String domain, int httpPort) throws IOException {
    String xml =
        domain.replace(
            "network-listener port=\"8080\"",
            "network-listener address=\"127.0.0.1\" port=\"" + httpPort + "\"");
    for (int port : new int[] {8181, 4848}) {
      xml =
          xml.replace(
              "network-listener port=\"" + port + "\"",
              "network-listener address=\"127.0.0.1\" port=\"" + freePort() + "\"");
    }
    for (int port : new int[] {3700, 3820, 3920, 8686}) {
      xml = xml.replace("port=\"" + port + "\"", "port=\"" + freePort() + "\"");
    }
    return xml.replace("0.0.0.0", "127.0.0.1")
        .replaceAll(
            "(<hazelcast-(?:runtime|config-specific)-configuration)\\b", "$1 enabled=\"false\"")
        .replaceFirst("<iiop-service>", JMS_ON_LOOPBACK + "<iiop-service>");
  }

  private static final String JMS_ON_LOOPBACK =
      """
      <jms-service type="DISABLED" default-jms-host="default_JMS_host">
        <jms-host host="127.0.0.1" name="default_JMS_host"/>
      </jms-service>
      """;
}
