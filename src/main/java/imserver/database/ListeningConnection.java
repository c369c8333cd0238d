package imserver.database;

import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A connection of a pool of the server for notifications of PostgreSQL: {@code unwrap} finds them,
 * whichever class loader has the driver; when it is given back it listens no more.
 */
final class ListeningConnection extends ConnectionHandler {

  private static final System.Logger LOG = System.getLogger(ListeningConnection.class.getName());

  /** What a driver of another class loader has heard. */
  private record Heard(String getName, int getPID, String getParameter) implements PGNotification {}

  private final Connection connection;
  private boolean closed;

  private ListeningConnection(Connection connection) {
    this.connection = connection;
  }

  /** Over one that the pool has given, which it gets back when this one is closed. */
  static Connection over(Connection connection) throws SQLException {
    try {
      connection.setAutoCommit(true); // whatever the pool gives: what listens is to hear at once
      return new ListeningConnection(connection).asConnection();
    } catch (SQLException | RuntimeException | Error e) {
      try (connection) {
        throw e;
      }
    }
  }

  @Override
  @Nullable Object handle(Method method, Object @Nullable [] arguments) throws Throwable {
    switch (method.getName()) {
      case "unwrap" -> {
        if (arguments != null && arguments[0] == PGConnection.class) {
          return notifications();
        }
      }
      case "abort" -> closed = true;
      case "close" -> {
        if (!closed) {
          closed = true;
          reset();
        }
      }
      default -> {}
    }
    return call(connection, method, arguments);
  }

  /** Others are to get it as it was. */
  private void reset() {
    try (Statement statement = connection.createStatement()) {
      statement.execute("unlisten *");
      statement.execute("reset application_name");
    } catch (SQLException e) { // it is broken
      LOG.log(Level.DEBUG, "a connection that listened is given back as it is: {0}", e);
    }
  }

  private PGConnection notifications() throws SQLException {
    try {
      // An array is the driver's own also where the pool wraps all else.
      ClassLoader drivers =
          connection.createArrayOf("text", new String[0]).getClass().getClassLoader();
      Class<?> type = Class.forName(PGConnection.class.getName(), false, drivers);
      Object driver = connection.unwrap(type);
      return driver instanceof PGConnection ours
          ? ours
          : adapter(driver, type.getMethod("getNotifications", int.class));
    } catch (ReflectiveOperationException e) {
      throw new SQLException("the server's driver has no notifications", e);
    }
  }

  /** Knows the one method that is used. */
  private static PGConnection adapter(Object driver, Method getNotifications) {
    return (PGConnection)
        Proxy.newProxyInstance(
            ListeningConnection.class.getClassLoader(),
            new Class<?>[] {PGConnection.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("getNotifications") || arguments == null) {
                throw new UnsupportedOperationException(method.toString());
              }
              Object[] theirs = (Object[]) call(driver, getNotifications, arguments);
              return theirs == null
                  ? null
                  : Arrays.stream(theirs)
                      .map(ListeningConnection::heard)
                      .toArray(PGNotification[]::new);
            });
  }

  private static PGNotification heard(Object theirs) {
    try {
      Class<?> type =
          Class.forName(PGNotification.class.getName(), false, theirs.getClass().getClassLoader());
      return new Heard(
          (String) type.getMethod("getName").invoke(theirs),
          (int) type.getMethod("getPID").invoke(theirs),
          (String) type.getMethod("getParameter").invoke(theirs));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a notification of another kind", e);
    }
  }
}
