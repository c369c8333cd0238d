package imserver.message;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A data source whose answers cannot be read, and that fails before where a test wants it. */
final class FailingDatabase {

  @Nullable SQLException ofConnecting;
  @Nullable SQLException ofExecuting;
  @Nullable RuntimeException fault;

  DataSource source() {
    return ThreadConnections.source(
        () -> {
          if (ofConnecting != null) {
            throw ofConnecting;
          }
          return fake(Connection.class);
        });
  }

  private <T> T fake(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "prepareStatement" -> fake(PreparedStatement.class);
                  case "executeQuery" -> answer();
                  case "next" -> true;
                  case "getArray" -> throw new SQLException("unreadable", "22000");
                  default -> null;
                }));
  }

  private ResultSet answer() throws SQLException {
    if (ofExecuting != null) {
      throw ofExecuting;
    }
    if (fault != null) {
      throw fault;
    }
    return fake(ResultSet.class);
  }

  /** A connection that fails when it is closed. */
  static Connection notClosing(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                throw new SQLException("a broken connection", "08006");
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
