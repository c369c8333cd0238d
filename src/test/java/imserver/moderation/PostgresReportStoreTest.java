package imserver.moderation;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.server.TestEnvironment;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The store of reports on PostgreSQL")
class PostgresReportStoreTest extends ReportStoreContract {

  private static EmbeddedPostgres postgres;
  private static EntityManagerFactory factory;

  @BeforeAll
  static void start() throws IOException {
    postgres = TestEnvironment.database().start();
    Flyway.configure()
        .dataSource(postgres.getPostgresDatabase())
        .locations("classpath:db/migration/postgresql")
        .load()
        .migrate();
    factory = factory(postgres.getPostgresDatabase());
  }

  @AfterAll
  static void stop() throws IOException {
    factory.close();
    postgres.close();
  }

  @Override
  EntityManagerFactory factory() {
    return factory;
  }

  @Test
  @DisplayName("has entries of what moderators did that nobody changes or deletes")
  void entriesAreKept() {
    assertThat(entriesStay()).isTrue();
  }
}
