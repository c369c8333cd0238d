package imserver.file;

import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.server.TestEnvironment;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Files in chunks in PostgreSQL")
class ChunkStoreTest extends FileStoreContract {

  private static EmbeddedPostgres postgres;
  private static FileDatabase database;

  @BeforeAll
  static void start() throws IOException {
    postgres = TestEnvironment.database().start();
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

  @Override
  FileStore store() {
    return new ChunkStore(database);
  }

  @Override
  long newRow(long id) {
    return new FileTable(database, 1000)
        .begin(
            1,
            NewFile.of("a", null, null, null),
            1_000_000,
            false,
            OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC))
        .file()
        .fileId();
  }
}
