package imserver.moderation;

import imserver.database.SqlDialect;
import imserver.database.Vendor;
import jakarta.persistence.EntityManagerFactory;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The store of reports on H2")
class H2ReportStoreTest extends ReportStoreContract {

  private static EntityManagerFactory factory;

  @BeforeAll
  static void open() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:reports;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE");
    Flyway.configure().dataSource(database).locations("classpath:db/migration/h2").load().migrate();
    factory = factory(database);
  }

  @AfterAll
  static void close() {
    factory.close();
  }

  @Override
  SqlDialect dialect() {
    return new SqlDialect(Vendor.H2);
  }

  @Override
  EntityManagerFactory factory() {
    return factory;
  }
}
