package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Configs;
import imserver.config.InvalidConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The address of the database is")
class DatabaseAddressTest {

  private static DatabaseAddress of(String... keysAndTexts) {
    return DatabaseAddress.of(Configs.with(keysAndTexts).storage());
  }

  @Nested
  @DisplayName("where none is set, the embedded one, which")
  class Embedded {

    @Test
    @DisplayName("lies in the configured folder and keeps each commit when it returns")
    void url() {
      DatabaseAddress address = of("IMSERVER_DATA", "some/../folder");
      Path folder = Path.of("folder").toAbsolutePath();
      assertThat(address.vendor()).isEqualTo(Vendor.H2);
      assertThat(address.url())
          .startsWith("jdbc:h2:file:" + folder.resolve("imserver") + ";")
          .contains(";WRITE_DELAY=0", ";DB_CLOSE_ON_EXIT=FALSE");
      assertThat(address.description()).isEqualTo("the embedded database in " + folder);
    }

    @Test
    @DisplayName("opens")
    void opens(@TempDir Path folder) throws Exception {
      DatabaseAddress address = of("IMSERVER_DATA", folder.resolve("new").toString());
      try (Connection connection = address.driver().connect(address.url(), address.properties())) {
        assertThat(connection.isValid(1)).isTrue();
      }
      assertThat(Files.exists(folder.resolve("new/imserver.mv.db"))).isTrue();
    }
  }

  @Nested
  @DisplayName("where its folder is made, one that")
  class Folder {

    @Test
    @DisplayName("is its owner's alone, under one that is as others are")
    void create(@TempDir Path folder) throws Exception {
      Path other = Files.createDirectories(folder.resolve("other"));
      Path data = folder.resolve("parent/data");
      DatabaseAddress address = of("IMSERVER_DATA", data.toString());
      new EnvironmentDataSource(address).getConnection().close();
      assertThat(Files.getPosixFilePermissions(data))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
      assertThat(Files.getPosixFilePermissions(data.getParent()))
          .isEqualTo(Files.getPosixFilePermissions(other));
    }

    @Test
    @DisplayName("is there already stays as it is")
    void existing(@TempDir Path folder) throws Exception {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
      new EnvironmentDataSource(of("IMSERVER_DATA", folder.toString())).getConnection().close();
      assertThat(Files.getPosixFilePermissions(folder))
          .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
    }

    @Test
    @DisplayName("cannot be created is named in the error")
    void impossible(@TempDir Path folder) throws Exception {
      Path file = Files.createFile(folder.resolve("file"));
      EnvironmentDataSource source =
          new EnvironmentDataSource(of("IMSERVER_DATA", file.toString()));
      assertThatThrownBy(source::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  @DisplayName("PostgreSQL's, with time-outs, and described without its password")
  void postgresql() {
    DatabaseAddress address =
        of(
            "IMSERVER_DB_URL", "jdbc:postgresql://h:5432/im?password=hidden",
            "IMSERVER_DB_USER", "u",
            "IMSERVER_DB_PASSWORD", "hidden");
    assertThat(address.vendor()).isEqualTo(Vendor.POSTGRESQL);
    assertThat(address.url()).isEqualTo("jdbc:postgresql://h:5432/im?password=hidden");
    assertThat(address.properties())
        .containsEntry("user", "u")
        .containsEntry("password", "hidden")
        .containsEntry("socketTimeout", "4")
        .containsEntry("connectTimeout", "2")
        .hasEntrySatisfying(
            "options",
            options ->
                assertThat((String) options)
                    .contains(
                        "-c default_transaction_isolation=read\\ committed",
                        "-c statement_timeout=3500"));
    assertThat(address.description()).isEqualTo("jdbc:postgresql://h:5432/im");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"jdbc:mysql:", "jdbc:mariadb:"})
  @DisplayName("MariaDB's and MySQL's, by one driver, with time-outs")
  void mariaDb(String scheme) {
    DatabaseAddress address =
        of(
            "IMSERVER_DB_URL", scheme + "//h:3306/im?password=hidden",
            "IMSERVER_DB_USER", "u",
            "IMSERVER_DB_PASSWORD", "hidden");
    assertThat(address.vendor()).isEqualTo(Vendor.MARIADB);
    assertThat(address.url()).isEqualTo("jdbc:mariadb://h:3306/im?password=hidden");
    assertThat(address.properties())
        .containsEntry("user", "u")
        .containsEntry("socketTimeout", "4000")
        .containsEntry("connectTimeout", "2000")
        .containsEntry("transactionIsolation", "READ-COMMITTED")
        .containsEntry("connectionTimeZone", "UTC");
    assertThat(address.forMigrations().properties())
        .containsEntry("socketTimeout", "3600000")
        .doesNotContainKey("initSql");
    assertThat(address.description()).isEqualTo(scheme + "//h:3306/im");
  }

  @Test
  @DisplayName("MariaDB's, whose own parameters count more than those")
  void overriddenOnMariaDb() throws SQLException {
    DatabaseAddress address = of("IMSERVER_DB_URL", "jdbc:mariadb://h/im?socketTimeout=9000");
    assertThat(
            org.mariadb.jdbc.Configuration.parse(address.url(), address.properties())
                .socketTimeout())
        .isEqualTo(9000);
  }

  @Test
  @DisplayName("H2's, described without its parameters")
  void h2() {
    DatabaseAddress address = of("IMSERVER_DB_URL", "jdbc:h2:tcp://h/im;PASSWORD=hidden");
    assertThat(address.vendor()).isEqualTo(Vendor.H2);
    assertThat(address.url())
        .startsWith("jdbc:h2:tcp://h/im;PASSWORD=hidden;")
        .contains("MODE=PostgreSQL");
    assertThat(address.description()).isEqualTo("jdbc:h2:tcp://h/im");
    assertThat(address.properties()).isEmpty();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(strings = {"jdbc:oracle://h/hidden", "postgresql://u:hidden@h/im", "h/hidden"})
  @DisplayName("refused where it is another's:")
  void unknown(String url) {
    assertThatThrownBy(() -> of("IMSERVER_DB_URL", url))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("IMSERVER_DB_URL")
        .hasMessageNotContaining("hidden");
  }
}
