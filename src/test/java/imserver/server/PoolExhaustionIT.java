package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithServer({"IMSERVER_LANES=32", "IMSERVER_RECIPIENTS=known"})
@Tag("postgresql")
@DisplayName("More lanes than there are connections to the database")
class PoolExhaustionIT {

  /** Of the pool. */
  private static final int CONNECTIONS = 16;

  private static final int MESSAGES = 64;

  @Test
  @DisplayName("do not wait for each other's connections while they look recipients up")
  void noDeadlock() throws SQLException {
    long sender = Users.next();
    long first = Users.next();
    for (int i = 1; i < MESSAGES; i++) {
      Users.next();
    }
    try (Client client = Client.connect(SharedServer.address(), sender);
        Connection connection = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement statement = connection.createStatement()) {
      await().atMost(Client.TIMEOUT).until(() -> has(statement, sender));
      statement.execute(
          "insert into im_user (id, updated_at) select %d + n, now() from generate_series(0, %d) n"
              .formatted(first, MESSAGES - 1));
      connection.setAutoCommit(false);
      statement.execute("lock table im_user in access exclusive mode");
      for (int i = 0; i < MESSAGES; i++) {
        client.send(Packet.message(first + i, "hello", "t" + i));
      }
      await().atMost(Client.TIMEOUT).until(() -> waiting() >= CONNECTIONS);
      connection.commit();
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(client.answer("t" + i).isSuccess()).isTrue();
      }
    }
  }

  private static boolean has(Statement statement, long user) throws SQLException {
    return count(statement, "im_user where id = " + user) == 1;
  }

  /** How many of the server's connections wait for the table. */
  private static int waiting() throws SQLException {
    try (Connection connection = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement statement = connection.createStatement()) {
      return count(
          statement,
          "pg_stat_activity where application_name = 'imserver' and wait_event_type = 'Lock'");
    }
  }

  private static int count(Statement statement, String what) throws SQLException {
    try (ResultSet rows = statement.executeQuery("select count(*) from " + what)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
