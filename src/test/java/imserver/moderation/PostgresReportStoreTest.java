package imserver.moderation;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.server.TestPostgres;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The store of reports on PostgreSQL")
class PostgresReportStoreTest extends ReportStoreContract {

  private static TestPostgres postgres;
  private static EntityManagerFactory factory;

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = TestPostgres.migrated();
    factory = factory(postgres.source());
  }

  @AfterAll
  static void stop() throws SQLException {
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
