package imserver.webhook;

import imserver.database.Vendor;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The webhook on H2")
class H2WebhookTest extends WebhookContract {

  private static JdbcConnectionPool database;

  @BeforeAll
  static void migrate() {
    database =
        JdbcConnectionPool.create(
            "jdbc:h2:mem:webhook;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE", "", "");
    Flyway.configure().dataSource(database).locations("classpath:db/migration/h2").load().migrate();
  }

  @AfterAll
  static void shutDown() throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("shutdown");
    }
    database.dispose();
  }

  @Override
  DataSource source() {
    return database;
  }

  @Override
  Vendor vendor() {
    return Vendor.H2;
  }

  @Override
  void connected(long user, boolean isConnected) {
    if (isConnected) {
      here.add(user);
    } else {
      here.remove(user);
    }
  }

  @Override
  boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.WAITING;
  }
}
