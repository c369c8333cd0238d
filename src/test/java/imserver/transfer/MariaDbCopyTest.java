package imserver.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.database.OfflineDatabase;
import imserver.server.TestMariaDb;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A copy of a database into MariaDB")
class MariaDbCopyTest {

  @TempDir private Path folder;

  private Config.Storage embedded(String name) {
    return Configs.with("IMSERVER_DATA", folder.resolve(name).toString()).storage();
  }

  private static void copy(Config.Storage from, Config.Storage to)
      throws SQLException, CopyRefusedException {
    new DatabaseCopy(
            new OfflineDatabase(from),
            new OfflineDatabase(to),
            Configs.with().objectStorage(),
            false,
            new PrintStream(new ByteArrayOutputStream()))
        .run();
  }

  @Test
  @DisplayName("has all rows and bytes, back from there too, draws ids above, and is begun anew")
  void andBack() throws Exception {
    TestMariaDb server = TestMariaDb.shared();
    Config.Storage mariaDb =
        Configs.with(
                "IMSERVER_DB_URL", server.url(server.newDatabase()),
                "IMSERVER_DB_USER", server.user(),
                "IMSERVER_DB_PASSWORD", server.password(),
                "IMSERVER_DATA", folder.resolve("none").toString())
            .storage();
    Config.Storage first = embedded("first");
    Config.Storage last = embedded("last");
    CopyTest.fill(first);
    copy(first, mariaDb);
    FilledDatabase.execute(mariaDb, "update installation set is_unfinished_copy = true");
    assertThatThrownBy(() -> copy(mariaDb, last)).hasMessageContaining("was not finished");
    copy(first, mariaDb);
    try (Connection connection = new OfflineDatabase(mariaDb).openExisting()) {
      Set<String> known = new HashSet<>(Tables.COPIED);
      known.addAll(Tables.NOT_COPIED);
      assertThat(OfflineDatabase.tables(connection)).isSubsetOf(known).containsAll(Tables.COPIED);
      for (String sequence : Tables.SEQUENCES.keySet()) {
        assertThat(Counter.of(connection, sequence).next())
            .as(sequence)
            .isGreaterThanOrEqualTo(5000);
      }
    }
    FilledDatabase.execute(
        mariaDb,
        "insert into node (id, started_at, beat_at)"
            + " values (1, current_timestamp(6), current_timestamp(6))");
    assertThatThrownBy(() -> copy(mariaDb, last)).hasMessageContaining("a server is on it");
    FilledDatabase.execute(mariaDb, "delete from node");
    copy(mariaDb, last);
    CopyTest.assertSame(first, last);
  }
}
