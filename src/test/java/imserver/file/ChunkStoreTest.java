package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.server.TestEnvironment;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Files in chunks in PostgreSQL")
class ChunkStoreTest extends ChunkStoreContract {

  private static EmbeddedPostgres postgres;
  private static FileDatabase database;

  @BeforeAll
  static void start() throws IOException {
    postgres =
        TestEnvironment.database()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("wal_writer_delay", "10s") // so that nobody but who waits writes
            .start();
    Flyway.configure()
        .dataSource(postgres.getPostgresDatabase())
        .locations("classpath:db/migration/postgresql")
        .load()
        .migrate();
    database = new FileDatabase(postgres.getPostgresDatabase(), Vendor.POSTGRESQL, new WriteTurn());
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @Test
  @DisplayName("are on the disk when that was waited for, and no commit of a chunk waits for it")
  void durable() {
    long id = newRow(0);
    byte[] bytes = new byte[100_000];
    store().append(id, FileVariant.INCOMING, 0, bytes, bytes.length);
    String written = ask("select pg_current_wal_insert_lsn()::text");
    assertThat(isOnDisk(written)).isFalse();
    store().sync(id, FileVariant.INCOMING, bytes.length);
    assertThat(isOnDisk(written)).isTrue();
  }

  private static boolean isOnDisk(String place) {
    return ask("select '%s'::pg_lsn <= pg_current_wal_flush_lsn()".formatted(place)).equals("t");
  }

  private static String ask(String query) {
    return database.read(
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
          }
        });
  }

  @Override
  FileDatabase database() {
    return database;
  }
}
