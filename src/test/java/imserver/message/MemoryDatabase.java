package imserver.message;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;

/** An H2 in memory with the product's tables, and its persistence unit. One at a time. */
final class MemoryDatabase implements AutoCloseable {

  private final JdbcDataSource database = new JdbcDataSource();
  private final EntityManagerFactory factory;

  MemoryDatabase() {
    database.setURL("jdbc:h2:mem:store;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE");
    Flyway.configure().dataSource(database).locations("classpath:db/migration/h2").load().migrate();
    factory =
        Persistence.createEntityManagerFactory(
            "imserver",
            Map.of(
                "jakarta.persistence.transactionType",
                "RESOURCE_LOCAL",
                "jakarta.persistence.nonJtaDataSource",
                database));
  }

  EntityManager entities() {
    return factory.createEntityManager();
  }

  DataSource source() {
    return database;
  }

  SqlStoreState state() {
    return new SqlStoreState(database);
  }

  @Override
  public void close() {
    factory.close();
    state().update("shutdown");
  }
}
