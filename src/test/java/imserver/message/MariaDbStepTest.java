package imserver.message;

import static imserver.message.MessageStoreContract.TELLING;
import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.message.Outcome.Stored;
import imserver.message.RecallOutcome.Recalled;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionScope;
import imserver.server.MigratedMariaDb;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is done in the background on MariaDB")
class MariaDbStepTest extends StepContract {

  private static final String[] TABLES = {"TABLE", "BASE TABLE"};

  private static MigratedMariaDb mariaDb;
  private static ThreadConnections connections;
  private long deadlocksBefore;

  @BeforeAll
  static void start() throws IOException {
    mariaDb = MigratedMariaDb.create();
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
  @DisplayName("waits, like all that is written, for no row of other users")
  void waitsForNobodyElse() throws SQLException {
    writeEverything(12, 40);
    add(40, 12, OffsetDateTime.now()); // stays unread
    try (Connection other = mariaDb.source().getConnection()) {
      other.setAutoCommit(false);
      lockAllRows(other);
      writeEverything(A, B);
      other.rollback();
    }
  }

  /** All that changes rows of two users, to the erasure of one. */
  private void writeEverything(long one, long other) {
    MessageStore store = new MariaDbMessageStore(connections.source(), TELLING);
    OffsetDateTime now = OffsetDateTime.now();
    List<Long> ids =
        store
            .add(
                Stream.of("a", "b", "c", "d")
                    .map(
                        key ->
                            new NewMessage(new DedupeKey(one, key), other, "text", "", now, null))
                    .toList(),
                new SiteRules(9, 9, true))
            .stream()
            .map(outcome -> ((Stored) outcome).messageId())
            .toList();
    ModerationStep step = step(one, now);
    assertThat(store.markRead(Map.of(other, List.of(ids.get(0))), true)).hasSize(1);
    assertThat(store.recall(one, ids.get(1), now.minusDays(1), now)).isInstanceOf(Recalled.class);
    assertThat(store.remove(ids.get(2), step.onMessage(ids.get(2)))).isInstanceOf(Recalled.class);
    store.set(other, one, new SettingsChange(true, true, true, true));
    store.setStrangerQuota(one, 7);
    store.suspend(one, SuspensionScope.WRITE, now.plusDays(1), step);
    store.endSuspension(one, step);
    assertThat(store.recount(other).corrected()).isZero();
    attach(ids.get(3), ids.get(3));
    assertThat(erase(one, now)).isNotEmpty();
  }

  private static void lockAllRows(Connection connection) throws SQLException {
    try (ResultSet tables =
        connection.getMetaData().getTables(connection.getCatalog(), null, "%", TABLES)) {
      while (tables.next()) {
        lockAllRows(connection, tables.getString("TABLE_NAME"));
      }
    }
  }

  /** By their keys, one by one, so that nothing beside them is locked. */
  private static void lockAllRows(Connection connection, String table) throws SQLException {
    List<String> key = new ArrayList<>();
    try (ResultSet columns =
        connection.getMetaData().getPrimaryKeys(connection.getCatalog(), null, table)) {
      while (columns.next()) {
        key.add(columns.getString("COLUMN_NAME"));
      }
    }
    try (Statement all = connection.createStatement();
        ResultSet rows = all.executeQuery("select * from " + table);
        PreparedStatement lock =
            connection.prepareStatement(
                "select 1 from "
                    + table
                    + " force index (primary) where "
                    + String.join(" = ? and ", key)
                    + " = ? for update")) {
      while (rows.next()) {
        for (int i = 0; i < key.size(); i++) {
          lock.setObject(i + 1, rows.getObject(key.get(i)));
        }
        lock.execute();
      }
    }
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
