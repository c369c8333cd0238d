package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.server.TestPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is done in the background on PostgreSQL")
class PostgresStepTest extends StepContract {

  private static TestPostgres postgres;
  private static ThreadConnections connections;
  private List<Long> deadlocksBefore = List.of();

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = TestPostgres.migrated();
    connections = new ThreadConnections(url());
  }

  @AfterAll
  static void stop() throws SQLException {
    connections.close();
    postgres.close();
  }

  private static String url() {
    return postgres.url();
  }

  @BeforeEach
  void empty() {
    state()
        .update(
            "truncate message, attachment, reported_attachment, file, file_chunk, recall, notice, unread, user_state, conversation, new_recipient,"
                + " suspension, unseen, im_user, erasure, report, reported_message");
    state().update("update retention set up_to_id = 0");
    state().update("alter table moderation_action disable trigger user");
    state().update("truncate moderation_action");
    state().update("alter table moderation_action enable trigger user");
    deadlocksBefore = deadlocks();
  }

  @AfterEach
  void noDeadlocks() {
    assertThat(deadlocks()).isEqualTo(deadlocksBefore);
  }

  private List<Long> deadlocks() {
    return state().all("select deadlocks from pg_stat_database where datname = current_database()");
  }

  @Override
  MessageStore store() {
    return new PostgresMessageStore(connections.source(), Configs.with());
  }

  @Override
  SqlStoreState state() {
    return new SqlStoreState(connections.source());
  }

  @Override
  StepDatabase database() {
    return new StepDatabase(connections.source(), Vendor.POSTGRESQL, new WriteTurn());
  }

  @Test
  @DisplayName("is done by one server at a time")
  void oneAtATime() throws SQLException {
    OffsetDateTime now = OffsetDateTime.now();
    state().update("update retention set due_at = 0");
    state()
        .update(
            "insert into erasure (user_id, started_at, stage, at_recipient, at_id, erased,"
                + " moderator_id, moderator, reason) values (3, current_timestamp, 0, 0, 0, 0, 0,"
                + " '', '')");
    try (Connection other = DriverManager.getConnection(url());
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
