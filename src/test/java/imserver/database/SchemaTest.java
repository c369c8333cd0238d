package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config;
import imserver.config.Configs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The schema")
class SchemaTest {

  private final List<Driver> drivers = Collections.list(DriverManager.getDrivers());

  @TempDir private Path folder;

  /** For the tests that follow in this process: the schema takes the JVM's drivers away. */
  @AfterEach
  void giveBackDrivers() throws SQLException {
    for (Driver driver : drivers) {
      DriverManager.registerDriver(driver);
    }
  }

  private Config config() {
    return Configs.with("IMSERVER_DATA", folder.resolve("data").toString());
  }

  @Test
  @DisplayName("is made, and stays when it is there")
  void migrate() throws Exception {
    Schema schema = new Schema(config());
    schema.migrate();
    schema.migrate();
    DatabaseAddress address = DatabaseAddress.of(config().storage());
    try (Connection connection = address.driver().connect(address.url(), address.properties());
        var rows = connection.createStatement().executeQuery("select count(*) from message")) {
      assertThat(rows.next()).isTrue();
    }
  }

  @Test
  @DisplayName("of another version is left alone, and said to be one in a line")
  void another() throws Exception {
    Files.writeString(folder.resolve("V1__messages.sql"), "create table message (id bigint)");
    Flyway.configure()
        .dataSource(new EnvironmentDataSource(DatabaseAddress.of(config().storage())))
        .locations("filesystem:" + folder)
        .load()
        .migrate();
    assertThatThrownBy(() -> new Schema(config()).migrate())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("of another version of imserver")
        .hasMessageContaining("empty database")
        .hasMessageNotContaining("repair");
  }

  @Test
  @DisplayName("that could not be made is said to be that, then and at the next start")
  void failed() throws Exception {
    DatabaseAddress address = DatabaseAddress.of(config().storage());
    Files.writeString(folder.resolve("V1__schema.sql"), "create table message (id nonsense)");
    assertThatThrownBy(
            () -> Migrations.of(address).locations("filesystem:" + folder).load().migrate())
        .isInstanceOfSatisfying(
            FlywayException.class,
            e ->
                assertThat(Migrations.reason(e))
                    .containsIgnoringCase("nonsense")
                    .contains("could not be made", "drop the database")
                    .doesNotContain("\n"));
    assertThatThrownBy(() -> new Schema(config()).migrate())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("could not make all tables")
        .hasMessageContaining("drop the database")
        .hasMessageNotContaining("another version");
  }

  @Test
  @DisplayName("is not made among the tables of somebody else")
  void foreign() throws Exception {
    DatabaseAddress address = DatabaseAddress.of(config().storage());
    try (Connection connection = address.driver().connect(address.url(), address.properties());
        var statement = connection.createStatement()) {
      statement.execute("create table theirs (id bigint)");
    }
    assertThatThrownBy(() -> new Schema(config()).migrate())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not imserver's")
        .hasMessageContaining("empty database")
        .hasMessageNotContaining("baseline");
  }

  @Test
  @DisplayName("into which a copy was not finished is not served")
  void unfinishedCopy() throws Exception {
    Schema schema = new Schema(config());
    schema.migrate();
    DatabaseAddress address = DatabaseAddress.of(config().storage());
    try (Connection connection = address.driver().connect(address.url(), address.properties());
        var statement = connection.createStatement()) {
      statement.execute("update installation set is_unfinished_copy = true");
    }
    assertThatThrownBy(schema::migrate)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a copy into it was not finished")
        .hasMessageNotContaining("\n");
  }
}
