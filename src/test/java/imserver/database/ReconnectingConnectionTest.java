package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A reconnecting connection")
class ReconnectingConnectionTest {

  private static final String URL = "jdbc:h2:mem:reconnecting;DB_CLOSE_DELAY=-1";

  /** The connections below, as they were opened. */
  private final List<Connection> opened = new ArrayList<>();

  private boolean down;
  private boolean rollbackFails;
  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    try (Connection setup = DriverManager.getConnection(URL);
        Statement statement = setup.createStatement()) {
      statement.execute("drop table if exists t");
      statement.execute("create table t (n int)");
    }
    connection = ReconnectingConnection.over(this::below);
  }

  @AfterEach
  void close() throws SQLException {
    for (Connection below : opened) {
      below.close();
    }
  }

  private Connection below() throws SQLException {
    if (down) {
      throw new SQLException("down");
    }
    Connection below = DriverManager.getConnection(URL);
    opened.add(below);
    return rollbackFails ? withoutRollback(below) : below;
  }

  private static Connection withoutRollback(Connection below) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("rollback")) {
                throw new SQLException("no rollback");
              }
              return ConnectionHandler.call(below, method, arguments);
            });
  }

  /** What a restart of the database does. */
  private void breakIt() throws SQLException {
    opened.get(opened.size() - 1).close();
  }

  private void insert(int n) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("insert into t values (" + n + ")");
    }
  }

  private static List<Integer> stored() throws SQLException {
    List<Integer> numbers = new ArrayList<>();
    try (Connection other = DriverManager.getConnection(URL);
        Statement statement = other.createStatement();
        ResultSet rows = statement.executeQuery("select n from t order by n")) {
      while (rows.next()) {
        numbers.add(rows.getInt(1));
      }
    }
    return numbers;
  }

  @Test
  @DisplayName("uses one connection below while that lives")
  void one() throws SQLException {
    insert(1);
    insert(2);
    assertThat(opened).hasSize(1);
    assertThat(stored()).containsExactly(1, 2);
  }

  @Nested
  @DisplayName("with a commit of its own for each statement")
  class AutoCommit {

    @Test
    @DisplayName("replaces a dead one before any statement")
    void reconnects() throws SQLException {
      insert(1);
      breakIt();
      insert(2);
      assertThat(opened).hasSize(2);
      assertThat(stored()).containsExactly(1, 2);
    }

    @Test
    @DisplayName("fails where there is no database, and reconnects when it is back")
    void down() throws SQLException {
      breakIt();
      down = true;
      assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class).hasMessage("down");
      down = false;
      insert(2);
      assertThat(stored()).containsExactly(2);
    }
  }

  @Nested
  @DisplayName("with transactions")
  class Transactions {

    @BeforeEach
    void begin() throws SQLException {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    }

    @Test
    @DisplayName("replaces a dead one before the first statement, set as the dead one was")
    void betweenTransactions() throws SQLException {
      insert(1);
      connection.commit();
      breakIt();
      insert(2);
      assertThat(opened).hasSize(2);
      Connection replacement = opened.get(1);
      assertThat(replacement.getAutoCommit()).isFalse();
      assertThat(replacement.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
      assertThat(stored()).containsExactly(1);
      connection.commit();
      assertThat(stored()).containsExactly(1, 2);
    }

    @Test
    @DisplayName("never within one: what fails there fails")
    void withinTransaction() throws SQLException {
      insert(1);
      breakIt();
      assertThatThrownBy(() -> insert(2)).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> connection.commit()).isInstanceOf(SQLException.class);
      assertThat(opened).hasSize(1);
      assertThat(stored()).isEmpty();
    }

    @Test
    @DisplayName("reconnects once the broken one is rolled back, though that fails too")
    void afterRollback() throws SQLException {
      insert(1);
      breakIt();
      assertThatThrownBy(() -> insert(2)).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> connection.rollback()).isInstanceOf(SQLException.class);
      insert(3);
      connection.commit();
      assertThat(opened).hasSize(2);
      assertThat(stored()).containsExactly(3);
    }

    @Test
    @DisplayName("commits nothing of one that cannot be rolled back, though the one below lives")
    void failedRollback() throws SQLException {
      rollbackFails = true;
      connection = ReconnectingConnection.over(ReconnectingConnectionTest.this::below);
      connection.setAutoCommit(false);
      insert(1);
      TransactionEnd.rollBack(connection);
      TransactionEnd.restore(connection);
      assertThat(stored()).isEmpty();
      insert(2);
      assertThat(opened).hasSize(3);
      assertThat(stored()).containsExactly(2);
    }
  }

  @Nested
  @DisplayName("towards a pool")
  class Pool {

    @Test
    @DisplayName("is open until it is closed, whatever became of the one below")
    void open() throws SQLException {
      breakIt();
      assertThat(connection.isClosed()).isFalse();
      connection.close();
      assertThat(connection.isClosed()).isTrue();
    }

    @Test
    @DisplayName("stays closed")
    void closed() throws SQLException {
      connection.close();
      assertThat(opened.get(0).isClosed()).isTrue();
      assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class);
      assertThat(opened).hasSize(1);
    }

    @Test
    @DisplayName("is equal to itself alone")
    void identity() throws SQLException {
      Connection other = ReconnectingConnection.over(ReconnectingConnectionTest.this::below);
      assertThat(connection).isEqualTo(connection).isNotEqualTo(other).isNotEqualTo(opened.get(0));
      assertThat(connection).hasSameHashCodeAs(connection);
    }

    @Test
    @DisplayName("throws what the driver throws, not wrapped")
    void unwrapped() {
      assertThatThrownBy(() -> connection.prepareStatement("no sql"))
          .isInstanceOf(SQLException.class);
    }
  }
}
