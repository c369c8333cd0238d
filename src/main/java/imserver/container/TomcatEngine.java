package imserver.container;

import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Finds in Tomcat's WebSocket engine what {@link TomcatTransport} needs and what is not public, by
 * its names in Tomcat 10.1 and 11. Where they are not as expected the standard has to do, and the
 * log says so. Safe for use by several threads.
 */
final class TomcatEngine {

  private static final System.Logger LOG = System.getLogger(TomcatEngine.class.getName());

  private static final String PACKAGE = "org.apache.tomcat.websocket.";

  /** What was found at the first connection; a server has one engine. */
  private volatile @Nullable Found found;

  /** Null internals: another engine, or another version. */
  private record Found(@Nullable Internals internals) {}

  /**
   * Knows how to write, and how to end a connection.
   *
   * @param base the field of a remote endpoint with Tomcat's end of the connection
   * @param batchingAllowed its field that says whether it batches
   * @param startMessage its method that starts to write a frame, or the buffer
   * @param checkCloseTimeout the method of a session that ends the connection where the client had
   *     its time to answer a close frame
   * @param isClosed the method of a session that says whether both close frames have passed
   */
  record Internals(
      Field base,
      Field batchingAllowed,
      Method startMessage,
      Method checkCloseTimeout,
      Method isClosed) {

    Object endpointOf(Session session) {
      return get(base, session.getAsyncRemote());
    }

    AtomicBoolean batchingAllowedOf(Object endpoint) {
      return (AtomicBoolean) get(batchingAllowed, endpoint);
    }

    private static Object get(Field field, Object object) {
      try {
        return field.get(object);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e); // it was made accessible
      }
    }

    void startMessage(
        Object endpoint, byte opcode, @Nullable ByteBuffer payload, SendHandler handler) {
      var unused = call(startMessage, endpoint, opcode, payload, true, handler);
    }

    void checkCloseTimeout(Session session) {
      var unused = call(checkCloseTimeout, session);
    }

    boolean isClosed(Session session) {
      return Boolean.TRUE.equals(call(isClosed, session));
    }

    private static @Nullable Object call(
        Method method, Object object, @Nullable Object... arguments) {
      try {
        return method.invoke(object, arguments);
      } catch (InvocationTargetException e) {
        throw new IllegalStateException(e.getCause());
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e); // it was made accessible
      }
    }
  }

  /** What is needed for a session; null on another engine. */
  @Nullable Internals of(Session session) {
    Found known = found;
    if (known == null) {
      known = new Found(find(session));
      found = known;
    }
    return known.internals;
  }

  private static @Nullable Internals find(Session session) {
    RemoteEndpoint remote = session.getAsyncRemote();
    if (!remote.getClass().getName().startsWith(PACKAGE)) {
      return null;
    }
    try {
      ClassLoader loader = remote.getClass().getClassLoader();
      Field base =
          Class.forName(PACKAGE + "WsRemoteEndpointBase", false, loader).getDeclaredField("base");
      Field batchingAllowed = base.getType().getDeclaredField("batchingAllowed");
      if (batchingAllowed.getType() != AtomicBoolean.class) {
        throw new NoSuchFieldException("batchingAllowed is another type");
      }
      Method startMessage =
          base.getType()
              .getDeclaredMethod(
                  "startMessage", byte.class, ByteBuffer.class, boolean.class, SendHandler.class);
      Class<?> type = Class.forName(PACKAGE + "WsSession", false, loader);
      Method checkCloseTimeout = type.getDeclaredMethod("checkCloseTimeout");
      Method isClosed = type.getDeclaredMethod("isClosed");
      base.setAccessible(true);
      batchingAllowed.setAccessible(true);
      startMessage.setAccessible(true);
      checkCloseTimeout.setAccessible(true);
      isClosed.setAccessible(true);
      return new Internals(base, batchingAllowed, startMessage, checkCloseTimeout, isClosed);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.WARNING, "Tomcat writes packets one by one, and slowly: {0}", e.toString());
      return null;
    }
  }
}
