package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A transaction that is rolled back")
class RolledBackTest {

  private final JdbcDataSource database = new JdbcDataSource();

  /** What was called of the connection. */
  private final List<String> calls = new ArrayList<>();

  private boolean rollbackFails;
  private Connection keeper;

  @BeforeEach
  void open() throws SQLException {
    database.setURL("jdbc:h2:mem:rolled-back");
    keeper = database.getConnection(); // else the database goes with the last connection
    execute(keeper, "create table entry (id int)");
  }

  @AfterEach
  void close() throws SQLException {
    keeper.close();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from entry")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Gives one connection, whose calls are recorded. */
  private DataSource recorded() throws SQLException {
    Connection connection = database.getConnection();
    return proxy(
        DataSource.class,
        name ->
            proxy(
                Connection.class,
                call -> {
                  calls.add(call);
                  if (call.equals("rollback") && rollbackFails) {
                    throw new SQLException("the connection is broken");
                  }
                  return null;
                },
                connection),
        database);
  }

  /** Of a call: what it returns; null for what the target returns. */
  private interface Handler {
    Object handle(String name) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, Handler handler, T target) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object handled = handler.handle(method.getName());
              try {
                return handled == null ? method.invoke(target, arguments) : handled;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private interface Work {
    void with(DataSource source) throws SQLException;
  }

  private static Consumer<DataSource> work(Work work) {
    return source -> {
      try {
        work.with(source);
      } catch (SQLException e) {
        throw new StorageException(e);
      }
    };
  }

  @Test
  @DisplayName("sees what it has written, and has committed, until its end, and leaves nothing")
  void nothing() throws SQLException {
    RolledBack.run(
        database,
        work(
            source -> {
              try (Connection connection = source.getConnection()) {
                connection.setAutoCommit(true);
                execute(connection, "insert into entry values (1)");
                connection.commit();
              }
              try (Connection connection = source.getConnection()) {
                assertThat(count(connection)).isEqualTo(1);
              }
            }));
    assertThat(count(keeper)).isZero();
  }

  @Test
  @DisplayName("gives its connection back as it was, where the work fails")
  void workFails() throws SQLException {
    assertThatThrownBy(
            () -> RolledBack.run(recorded(), work(source -> execute(source.getConnection(), "?"))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("?");
    assertThat(calls).containsSubsequence("rollback", "setAutoCommit", "close");
  }

  @Test
  @DisplayName("does so too where it cannot be rolled back, and throws what the work has thrown")
  void rollbackFails() throws SQLException {
    rollbackFails = true;
    assertThatThrownBy(
            () -> RolledBack.run(recorded(), work(source -> execute(source.getConnection(), "?"))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("?");
    assertThat(calls).containsSubsequence("rollback", "setAutoCommit", "close");
  }
}
