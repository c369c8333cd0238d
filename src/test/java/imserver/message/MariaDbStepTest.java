package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.server.MigratedMariaDb;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is done in the background on MariaDB")
class MariaDbStepTest extends StepContract {

  private static MigratedMariaDb mariaDb;
  private static ThreadConnections connections;
  private long deadlocksBefore;

  @BeforeAll
  static void start() throws IOException {
    mariaDb = MigratedMariaDb.start();
    connections = new ThreadConnections(mariaDb.source()::getConnection);
  }

  @AfterAll
  static void stop() {
    connections.close();
    mariaDb.close();
  }

  @BeforeEach
  void empty() {
    mariaDb.empty();
    deadlocksBefore = mariaDb.server().deadlocks();
  }

  @AfterEach
  void noDeadlocks() throws IOException {
    assertThat(mariaDb.server().deadlocks()).as(mariaDb.server().log()).isEqualTo(deadlocksBefore);
  }

  @Override
  MessageStore store() {
    return new MariaDbMessageStore(connections.source(), Configs.with());
  }

  @Override
  SqlStoreState state() {
    return new SqlStoreState(connections.source());
  }

  @Override
  StepDatabase database() {
    return new StepDatabase(connections.source(), Vendor.MARIADB, new WriteTurn());
  }

  @Test
  @DisplayName("is done by one server at a time")
  void oneAtATime() throws SQLException {
    OffsetDateTime now = OffsetDateTime.now();
    state()
        .update(
            "insert into erasure (user_id, started_at, stage, at_recipient, at_id, erased,"
                + " moderator_id, moderator, reason) values (3, current_timestamp, 0, 0, 0, 0, 0,"
                + " '', '')");
    try (Connection other = mariaDb.source().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("select 1 from retention, erasure for update");
      assertThat(new RetentionStore(database()).step(now)).isEmpty();
      assertThat(new ErasureStore(database()).step(now)).isEmpty();
      other.rollback();
    }
    assertThat(new RetentionStore(database()).step(now)).isPresent();
    assertThat(new ErasureStore(database()).step(now)).isPresent();
  }
}
