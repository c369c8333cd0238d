package imserver.moderation;

import imserver.database.SqlDialect;
import imserver.database.Vendor;
import imserver.server.MigratedMariaDb;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The store of reports on MariaDB")
class MariaDbReportStoreTest extends ReportStoreContract {

  private static MigratedMariaDb mariaDb;
  private static EntityManagerFactory factory;

  @BeforeAll
  static void start() throws IOException {
    mariaDb = MigratedMariaDb.create();
    factory = factory(mariaDb.source());
  }

  @AfterAll
  static void stop() {
    factory.close();
    mariaDb.close();
  }

  @Override
  EntityManagerFactory factory() {
    return factory;
  }

  @Override
  SqlDialect dialect() {
    return new SqlDialect(Vendor.MARIADB);
  }
}
