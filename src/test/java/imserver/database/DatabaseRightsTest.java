package imserver.database;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.server.MigratedMariaDb;
import imserver.server.TestPostgres;
import java.io.IOException;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A database whose user may only read")
class DatabaseRightsTest {

  private final List<Driver> drivers = Collections.list(DriverManager.getDrivers());

  /** For the tests that follow in this process: the schema takes the JVM's drivers away. */
  @AfterEach
  void giveBackDrivers() throws SQLException {
    for (Driver driver : drivers) {
      DriverManager.registerDriver(driver);
    }
  }

  private static Config of(String url) {
    return Configs.with(
        "IMSERVER_DB_URL", url, "IMSERVER_DB_USER", "reader", "IMSERVER_DB_PASSWORD", "reader");
  }

  private static void assertRefused(String url) {
    assertThatThrownBy(() -> new Schema(of(url)).migrate())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must read, insert, update and delete")
        .hasMessageContaining("denied")
        .hasMessageNotContaining("\n");
  }

  @Test
  @DisplayName("is refused in one line on PostgreSQL")
  void postgresql() throws IOException, SQLException {
    try (TestPostgres postgres = TestPostgres.migrated()) {
      postgres.execute(
          "create role reader login password 'reader'",
          "grant select on all tables in schema public to reader");
      assertRefused(postgres.urlWithoutUser());
      giveBackDrivers();
      postgres.execute("drop owned by reader", "drop role reader");
    }
  }

  @Test
  @DisplayName("is refused in one line on MariaDB")
  void mariaDb() throws IOException, SQLException {
    try (MigratedMariaDb mariaDb = MigratedMariaDb.create()) {
      mariaDb
          .server()
          .execute(
              "create user reader@'127.0.0.1' identified by 'reader'",
              "grant select on %s.* to reader@'127.0.0.1'".formatted(mariaDb.name()));
      assertRefused(mariaDb.url());
      giveBackDrivers();
      mariaDb.server().execute("drop user reader@'127.0.0.1'");
    }
  }
}
