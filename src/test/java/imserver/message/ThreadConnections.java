package imserver.message;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;

/** A connection for each thread, which stays open, as in a pool. */
final class ThreadConnections implements AutoCloseable {

  private final Connecting connecting;
  private final Queue<Connection> open = new ConcurrentLinkedQueue<>();
  private final ThreadLocal<Connection> own = ThreadLocal.withInitial(this::connect);

  ThreadConnections(String url) {
    this(() -> DriverManager.getConnection(url));
  }

  ThreadConnections(Connecting connecting) {
    this.connecting = connecting;
  }

  /** Whatever hands out connections. */
  interface Connecting {
    Connection connect() throws SQLException;
  }

  /** A data source that can do nothing else. */
  static DataSource source(Connecting connecting) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> connecting.connect());
  }

  private Connection connect() {
    try {
      Connection connection = connecting.connect();
      open.add(connection);
      return connection;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The connections as a data source. */
  DataSource source() {
    return source(this::ofThisThread);
  }

  private Connection ofThisThread() {
    Connection connection = own.get();
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public void close() {
    for (Connection connection : open) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
  }
}
