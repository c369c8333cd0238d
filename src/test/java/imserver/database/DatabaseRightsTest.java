package imserver.database;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.server.MigratedMariaDb;
import imserver.server.TestEnvironment;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
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
    try (EmbeddedPostgres postgres = TestEnvironment.database().start()) {
      String url = postgres.getJdbcUrl("postgres", "postgres");
      new Schema(Configs.with("IMSERVER_DB_URL", url, "IMSERVER_DB_USER", "postgres")).migrate();
      giveBackDrivers();
      try (Connection connection = postgres.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("create role reader login password 'reader'");
        statement.execute("grant select on all tables in schema public to reader");
      }
      assertRefused("jdbc:postgresql://127.0.0.1:%d/postgres".formatted(postgres.getPort()));
    }
  }

  @Test
  @DisplayName("is refused in one line on MariaDB")
  void mariaDb() throws IOException {
    try (MigratedMariaDb mariaDb = MigratedMariaDb.start()) {
      mariaDb
          .server()
          .execute(
              "create user reader@'127.0.0.1' identified by 'reader'",
              "grant select on imserver.* to reader@'127.0.0.1'");
      assertRefused(mariaDb.server().url());
    }
  }
}
