package imserver.file;

import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.server.MigratedMariaDb;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The table of files in MariaDB")
class MariaDbFileTableTest extends FileTableContract {

  private static MigratedMariaDb mariaDb;
  private static FileDatabase database;

  @BeforeAll
  static void start() throws IOException {
    mariaDb = MigratedMariaDb.create();
    database = new FileDatabase(mariaDb.source(), Vendor.MARIADB, new WriteTurn());
  }

  @AfterAll
  static void stop() {
    mariaDb.close();
  }

  @Override
  FileDatabase database() {
    return database;
  }
}
