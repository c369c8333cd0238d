package imserver.file;

import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.server.TestEnvironment;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Files in chunks in PostgreSQL")
class ChunkStoreTest extends ChunkStoreContract {

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
  FileDatabase database() {
    return database;
  }
}
