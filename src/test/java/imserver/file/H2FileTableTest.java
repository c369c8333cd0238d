package imserver.file;

import imserver.database.Vendor;
import imserver.database.WriteTurn;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The table of files in H2")
class H2FileTableTest extends FileTableContract {

  private static FileDatabase database;

  @BeforeAll
  static void start() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:mem:files;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE");
    Flyway.configure().dataSource(source).locations("classpath:db/migration/h2").load().migrate();
    database = new FileDatabase(source, Vendor.H2, new WriteTurn());
  }

  @Override
  FileDatabase database() {
    return database;
  }
}
