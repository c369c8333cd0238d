package imserver.database;

import imserver.config.Configs;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/** Connections as the product makes them, without a pool. */
public final class TestDataSource {

  private TestDataSource() {}

  /** To a database. */
  public static DataSource of(String url, String user, String password) {
    return new EnvironmentDataSource(
        DatabaseAddress.of(
            Configs.with(
                    "IMSERVER_DB_URL",
                    url,
                    "IMSERVER_DB_USER",
                    user,
                    "IMSERVER_DB_PASSWORD",
                    password)
                .storage()));
  }

  /** The same, which keep those that are given back, as a pool does. */
  public static DataSource pool(String url, String user, String password) {
    DataSource source = of(url, user, password);
    Queue<Connection> free = new ConcurrentLinkedQueue<>();
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Connection kept = free.poll();
              return pooled(kept == null ? source.getConnection() : kept, free);
            });
  }

  private static Connection pooled(Connection connection, Queue<Connection> free) {
    AtomicBoolean isGivenBack = new AtomicBoolean();
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                if (!isGivenBack.getAndSet(true)) {
                  giveBack(connection, free);
                }
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static void giveBack(Connection connection, Queue<Connection> free) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    free.add(connection);
  }
}
