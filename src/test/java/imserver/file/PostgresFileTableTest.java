package imserver.file;

import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.server.TestPostgres;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The table of files in PostgreSQL")
class PostgresFileTableTest extends FileTableContract {

  private static TestPostgres postgres;
  private static FileDatabase database;

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = TestPostgres.migrated();
    database = new FileDatabase(postgres.source(), Vendor.POSTGRESQL, new WriteTurn());
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @Override
  FileDatabase database() {
    return database;
  }
}
