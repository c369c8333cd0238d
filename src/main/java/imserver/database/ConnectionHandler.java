package imserver.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** What stands before a connection has in common: it is equal to itself alone. */
abstract class ConnectionHandler implements InvocationHandler {

  /** What is to be used in the connection's place. */
  final Connection asConnection() {
    return (Connection)
        Proxy.newProxyInstance(
            ConnectionHandler.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
  }

  @Override
  public final @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> handle(method, arguments);
    };
  }

  /**
   * Does what another method asks for.
   *
   * @param arguments null for none
   */
  abstract @Nullable Object handle(Method method, Object @Nullable [] arguments) throws Throwable;

  /** Calls a method, and throws what it throws. */
  static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
