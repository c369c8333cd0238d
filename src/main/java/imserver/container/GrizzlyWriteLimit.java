package imserver.container;

import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what Grizzly, the HTTP engine of Payara and GlassFish, keeps in memory for a client that
 * does not read: by default four times the system's send buffer, 10 MB and more, and several times
 * as much where it consists of small frames. Once that much waits, the output is not ready, and our
 * own queue fills. Where Grizzly is not as expected nothing is changed.
 */
final class GrizzlyWriteLimit {

  private static final System.Logger LOG = System.getLogger(GrizzlyWriteLimit.class.getName());

  /** In bytes. Many packets, so that a client that reads never waits for the next ones. */
  private static final int MOST = 256 * 1024;

  private GrizzlyWriteLimit() {}

  /**
   * Bounds the queue of the connection over which a request came.
   *
   * @param request the server's own object, as {@link UpgradeLeakFix#serverRequest} gives it
   */
  static void bound(@Nullable Object request) {
    if (request == null) {
      return;
    }
    try {
      Object connection =
          call(call(call(request, "getCoyoteRequest"), "getContext"), "getConnection");
      Method bound = connection.getClass().getMethod("setMaxAsyncWriteQueueSize", int.class);
      bound.setAccessible(true);
      bound.invoke(connection, MOST);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the queue of a connection is not bounded: {0}", e.toString());
    }
  }

  private static Object call(Object object, String method) throws ReflectiveOperationException {
    Method getter = object.getClass().getMethod(method);
    getter.setAccessible(true);
    return getter.invoke(object);
  }
}
