package imserver.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.database.OfflineDatabase;
import imserver.file.FileBytesFixture;
import imserver.server.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A copy of a database")
class CopyTest {

  @TempDir private Path folder;

  private final List<TestPostgres> databases = new ArrayList<>();

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @AfterEach
  void close() throws SQLException {
    for (TestPostgres database : databases) {
      database.close();
    }
  }

  private Config.Storage embedded(String name) {
    return Configs.with("IMSERVER_DATA", folder.resolve(name).toString()).storage();
  }

  private Config.Storage postgres() throws IOException, SQLException {
    TestPostgres database = TestPostgres.empty();
    databases.add(database);
    return Configs.with(
            "IMSERVER_DB_URL", database.url(),
            "IMSERVER_DATA", folder.resolve("files" + databases.size()).toString())
        .storage();
  }

  private void copy(Config.Storage from, Config.Storage to)
      throws SQLException, CopyRefusedException {
    copy(from, to, false);
  }

  private void copy(Config.Storage from, Config.Storage to, boolean withoutMissingFiles)
      throws SQLException, CopyRefusedException {
    new DatabaseCopy(
            new OfflineDatabase(from),
            new OfflineDatabase(to),
            Configs.with().objectStorage(),
            withoutMissingFiles,
            new PrintStream(said, true, StandardCharsets.UTF_8))
        .run();
  }

  private static FileBytesFixture files(Config.Storage storage, Connection connection) {
    OfflineDatabase database = new OfflineDatabase(storage);
    return new FileBytesFixture(
        OfflineDatabase.sharing(connection), database.vendor(), database.filesFolder());
  }

  static void fill(Config.Storage storage) throws SQLException {
    FilledDatabase.fill(storage);
    try (Connection connection = new OfflineDatabase(storage).openExisting()) {
      files(storage, connection).write();
    }
  }

  private static List<Integer> hashes(Config.Storage storage) throws SQLException {
    try (Connection connection = new OfflineDatabase(storage).openExisting()) {
      return files(storage, connection).hashes();
    }
  }

  /** That each table has the same rows as texts, whatever {@link Checksum} says of them. */
  static void assertSame(Config.Storage one, Config.Storage other) throws SQLException {
    for (String table : Tables.COPIED) {
      List<String> rows = FilledDatabase.rows(one, table);
      assertThat(rows).as(table).isNotEmpty();
      assertThat(FilledDatabase.rows(other, table))
          .as(table)
          .containsExactlyInAnyOrderElementsOf(rows);
    }
    for (String column : List.of("secret", "epoch")) {
      String query = "select " + column + " from installation";
      assertThat(FilledDatabase.all(other, query)).isEqualTo(FilledDatabase.all(one, query));
    }
    assertThat(hashes(other)).isEqualTo(hashes(one));
  }

  @Test
  @DisplayName("has all rows and bytes, from H2 to PostgreSQL, to PostgreSQL, and back to H2")
  void andBack() throws Exception {
    Config.Storage first = embedded("first");
    Config.Storage second = postgres();
    Config.Storage third = postgres();
    Config.Storage fourth = embedded("fourth");
    fill(first);
    copy(first, second);
    assertSame(first, second);
    copy(second, third);
    copy(third, fourth);
    assertSame(first, fourth);
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("message: 2,501 rows")
        .containsPattern("message +2,501 +[0-9a-f]{32} +same")
        .contains("files: 2, 901,000 bytes")
        .contains("done: ");
  }

  @Test
  @DisplayName("draws ids above all that were ever drawn")
  void sequences() throws Exception {
    Config.Storage from = embedded("from");
    fill(from);
    Config.Storage to = postgres();
    copy(from, to);
    for (String sequence : Tables.SEQUENCES.keySet()) {
      long next =
          Long.parseLong(FilledDatabase.all(to, "select nextval('" + sequence + "')").get(0));
      if (sequence.equals("message_id")) {
        assertThat(next).isEqualTo(9007199254740992L); // one above a row
      } else {
        assertThat(next).as(sequence).isBetween(5000L, 6002L);
      }
    }
  }

  @Test
  @DisplayName("knows each table of each database")
  void everyTable() throws Exception {
    Set<String> known = new HashSet<>(Tables.COPIED);
    known.addAll(Tables.NOT_COPIED);
    for (Config.Storage storage : List.of(embedded("tables"), postgres())) {
      OfflineDatabase database = new OfflineDatabase(storage);
      database.migrate();
      try (Connection connection = database.openExisting()) {
        assertThat(OfflineDatabase.tables(connection)).isSubsetOf(known).containsAll(Tables.COPIED);
      }
      assertThat(
              FilledDatabase.all(
                  storage,
                  "select sequence_name from information_schema.sequences where sequence_schema ="
                      + " current_schema"))
          .containsExactlyInAnyOrderElementsOf(Tables.SEQUENCES.keySet());
    }
  }

  @Test
  @DisplayName("is refused into a database that is not empty, or has files beside it")
  void notEmpty() throws Exception {
    Config.Storage from = embedded("from");
    fill(from);
    Config.Storage full = postgres();
    fill(full);
    assertThatThrownBy(() -> copy(from, full))
        .isInstanceOf(CopyRefusedException.class)
        .hasMessageContaining("it is not empty (im_user)");
    assertThatThrownBy(() -> copy(from, from)).hasMessageContaining("it is not empty");
    Config.Storage beside = embedded("beside");
    Path stray = folder.resolve("beside/files/0");
    Files.createDirectories(stray);
    Files.writeString(stray.resolve("7.content"), "x");
    assertThatThrownBy(() -> copy(from, beside)).hasMessageContaining("files beside it");
    assertThat(stray.resolve("7.content")).exists();
    Config.Storage foreign = postgres();
    try (Connection connection = new OfflineDatabase(foreign).open();
        var statement = connection.createStatement()) {
      statement.execute("create table theirs (id bigint)");
    }
    assertThatThrownBy(() -> copy(from, foreign)).hasMessageContaining("not imserver's");
  }

  @Test
  @DisplayName("is refused where a server is on one of both, as is bringing files back")
  void servers() throws Exception {
    Config.Storage from = postgres();
    fill(from);
    Config.Storage to = postgres();
    FilledDatabase.execute(
        from,
        "insert into node (id, started_at, beat_at) values (1, now(), now() - interval '14 s')");
    assertThatThrownBy(() -> copy(from, to)).hasMessageContaining("a server is on it");
    FilledDatabase.execute(from, "update node set beat_at = now() - interval '16 s'");
    copy(from, to);
    Config.Storage other = postgres();
    new OfflineDatabase(other).migrate();
    FilledDatabase.execute(
        other, "insert into node (id, started_at, beat_at) values (1, now(), now())");
    assertThatThrownBy(() -> copy(from, other)).hasMessageContaining("a server is on it");
    Config withStorage =
        Configs.with(
            "IMSERVER_DB_URL", other.url(),
            "IMSERVER_S3_BUCKET", "files",
            "IMSERVER_S3_ENDPOINT", "http://127.0.0.1:1",
            "IMSERVER_S3_ACCESS_KEY", "a",
            "IMSERVER_S3_SECRET_KEY", "k");
    assertThatThrownBy(() -> Commands.fetchFiles(withStorage, System.out))
        .isInstanceOf(CopyRefusedException.class) // it would move them again
        .hasMessageContaining("a server is on it");
  }

  @Test
  @DisplayName("is refused of a database that is not there, or of another version, or has a server")
  void source() throws Exception {
    assertThatThrownBy(() -> copy(embedded("none"), postgres()))
        .hasMessage("there is no embedded database in " + folder.resolve("none"));
    assertThat(folder.resolve("none")).doesNotExist();
    Config.Storage old = postgres();
    new OfflineDatabase(old).migrate();
    FilledDatabase.execute(
        old, "update flyway_schema_history set checksum = 7 where description = 'mark read'");
    assertThatThrownBy(() -> copy(old, postgres()))
        .hasMessageContaining("not of this version of imserver");
  }

  @Test
  @DisplayName("that broke off is no database, and is begun anew")
  void brokenOff() throws Exception {
    Config.Storage from = embedded("from");
    fill(from);
    for (Config.Storage to : List.of(postgres(), embedded("to"))) {
      copy(from, to);
      FilledDatabase.execute(
          to,
          "update installation set is_unfinished_copy = true",
          "delete from unread",
          "insert into message select id + 3000, sender_id, recipient_id, content,"
              + " client_timestamp, dedupe_key || 'x', created_at from message where id < 9");
      assertThatThrownBy(() -> copy(to, postgres())).hasMessageContaining("was not finished");
      copy(from, to);
      assertThat(FilledDatabase.all(to, "select is_unfinished_copy from installation"))
          .containsExactly("false");
      assertSame(from, to);
    }
  }

  @Test
  @DisplayName("is not finished where bytes of files are gone, unless that is said to be right")
  void missingFiles() throws Exception {
    Config.Storage from = embedded("from");
    fill(from);
    Files.delete(folder.resolve("from/files/0/1.content"));
    Config.Storage to = postgres();
    assertThatThrownBy(() -> copy(from, to))
        .hasMessageContaining("not all bytes of files are there, as of [1]")
        .hasMessageContaining("--without-missing-files");
    assertThat(FilledDatabase.all(to, "select is_unfinished_copy from installation"))
        .containsExactly("true");
    copy(from, to, true);
    assertThat(FilledDatabase.all(to, "select is_unfinished_copy from installation"))
        .containsExactly("false");
  }
}
