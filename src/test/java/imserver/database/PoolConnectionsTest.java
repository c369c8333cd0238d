package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.InvalidConfigException;
import imserver.server.TestPostgres;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

@DisplayName("A connection of a pool of the server")
class PoolConnectionsTest {

  private static TestPostgres postgres;

  /** What the pool has, which stays open when a connection is given back. */
  private Connection session;

  private int given;
  private int givenBack;

  /** Methods that fail, by their names. */
  private final Map<String, Throwable> failing = new ConcurrentHashMap<>();

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = TestPostgres.empty();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  /** With the time-outs that a pool sets by a statement of its own. */
  @BeforeEach
  void open() throws SQLException {
    session = postgres.open();
    session.setNetworkTimeout(Runnable::run, 4000);
    execute("set statement_timeout = 3500");
  }

  @AfterEach
  void close() throws SQLException {
    session.close();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute(sql);
    }
  }

  private String setting(String name) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery("select current_setting('" + name + "')")) {
      row.next();
      return row.getString(1);
    }
  }

  private Connection pooled() {
    given++;
    return (Connection)
        Proxy.newProxyInstance(
            PoolConnectionsTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (failing.containsKey(method.getName())) {
                throw failing.get(method.getName());
              }
              if (method.getName().equals("close")) {
                givenBack++;
                return null;
              }
              try {
                return method.invoke(session, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private DataSource pool() {
    return (DataSource)
        Proxy.newProxyInstance(
            PoolConnectionsTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> pooled());
  }

  private DataSource patient() {
    return PatientConnection.of(pool(), Vendor.POSTGRESQL);
  }

  @Test
  @DisplayName("is patient for a migration, and given back as it was, whatever was under way")
  void migration() throws SQLException {
    for (boolean autoCommit : new boolean[] {true, false}) {
      Connection connection = patient().getConnection();
      assertThat(setting("statement_timeout")).isEqualTo("0");
      assertThat(session.getNetworkTimeout()).isEqualTo(Duration.ofHours(1).toMillis());
      connection.setAutoCommit(autoCommit);
      execute("create temporary table under_way" + autoCommit + " (id bigint)");
      connection.close();
      connection.close();
      assertThat(setting("statement_timeout")).isEqualTo("3500ms");
      assertThat(session.getNetworkTimeout()).isEqualTo(4000);
      assertThat(session.getAutoCommit()).isTrue();
    }
    assertThat(given).isEqualTo(2);
    assertThat(givenBack).isEqualTo(4); // a pool passes over the second time
  }

  @Test
  @DisplayName("is taken for a migration also where the pool knows no network time-out")
  void unknownTimeout() throws SQLException {
    failing.put("getNetworkTimeout", new SQLFeatureNotSupportedException());
    failing.put("setNetworkTimeout", new AbstractMethodError());
    patient().getConnection().close();
    assertThat(setting("statement_timeout")).isEqualTo("3500ms");
    assertThat(givenBack).isEqualTo(1);
  }

  @Test
  @DisplayName("is given back where it cannot be made patient, or listen")
  void failed() {
    failing.put("createStatement", new SQLException("no"));
    assertThatThrownBy(() -> patient().getConnection()).hasMessage("no");
    failing.put("setAutoCommit", new SQLException("no"));
    assertThatThrownBy(() -> ListeningConnection.over(pooled())).hasMessage("no");
    assertThat(given).isEqualTo(2);
    assertThat(givenBack).isEqualTo(2);
  }

  @Test
  @DisplayName("listens at once, and no more when it is given back")
  void listening() throws SQLException {
    session.setAutoCommit(false);
    execute("set statement_timeout = 3500");
    Connection connection = ListeningConnection.over(pooled());
    try (Statement statement = connection.createStatement()) {
      statement.execute("listen heard");
      statement.execute("set application_name = 'imserver listener 1'");
      statement.execute("notify heard, 'text'");
    }
    var heard = connection.unwrap(PGConnection.class).getNotifications(5000);
    assertThat(heard).singleElement().extracting("parameter").isEqualTo("text");
    connection.close();
    assertThat(setting("application_name")).isNotEqualTo("imserver listener 1");
    try (Statement statement = session.createStatement();
        ResultSet rows = statement.executeQuery("select pg_listening_channels()")) {
      assertThat(rows.next()).isFalse();
    }
    assertThat(givenBack).isEqualTo(1);
  }

  @Test
  @DisplayName("is equal to itself alone")
  void identity() throws SQLException {
    Connection one = ListeningConnection.over(pooled());
    Connection other = ListeningConnection.over(pooled());
    assertThat(one).isEqualTo(one).isNotEqualTo(other).hasSameHashCodeAs(one);
  }

  @Test
  @DisplayName("is refused where what is stored would be wrong, in a line that names what it needs")
  void settings() throws SQLException {
    assertThatCode(() -> PoolSettings.check("jdbc/im", Vendor.POSTGRESQL, session))
        .doesNotThrowAnyException();
    session.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    session.setAutoCommit(false);
    assertThatThrownBy(() -> PoolSettings.check("jdbc/im", Vendor.POSTGRESQL, session))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("IMSERVER_JNDI: jdbc/im:")
        .hasMessageContaining("READ COMMITTED")
        .hasMessageContaining("autocommit");
  }
}
