package imserver.database;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that is rolled back whatever is done in it. Who uses it sees a data source, which
 * gives the one connection of the transaction each time, and may commit as often as he likes.
 */
public final class RolledBack extends ConnectionHandler {

  private final Connection connection;

  private RolledBack(Connection connection) {
    this.connection = connection;
  }

  /**
   * Does it, in this thread, and rolls it back. Where the work rolls back itself, that ends what
   * came before it.
   *
   * @param work gets the data source, which is of no use after it
   * @throws StorageException if there is no connection
   */
  public static void run(DataSource source, Consumer<DataSource> work) {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        work.accept(source(source, new RolledBack(connection).asConnection()));
      } finally {
        TransactionEnd.rollBack(connection);
        TransactionEnd.restore(connection);
      }
    } catch (SQLException e) {
      throw new StorageException(e);
    }
  }

  private static DataSource source(DataSource source, Connection connection) {
    return (DataSource)
        Proxy.newProxyInstance(
            RolledBack.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) ->
                method.getName().equals("getConnection")
                    ? connection
                    : call(source, method, arguments));
  }

  @Override
  @Nullable Object handle(Method method, Object @Nullable [] arguments) throws Throwable {
    return switch (method.getName()) {
      case "commit", "close", "setAutoCommit" -> null;
      default -> call(connection, method, arguments);
    };
  }
}
