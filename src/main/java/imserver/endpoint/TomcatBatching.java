package imserver.endpoint;

import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Gathers packets in the buffer that Tomcat's WebSocket engine has for it.
 *
 * <p>Jakarta WebSocket has batching for this, and Tomcat implements it; but its {@link
 * RemoteEndpoint#flushBatch()}, and turning batching off, wait for the client, and a thread that
 * stores messages must wait for nobody. What they do can be done without waiting: by a field and a
 * method that are not public, and are found by their names, in Tomcat 10.1 and 11. Where they are
 * not as expected packets are written one by one, and the log says so.
 *
 * <p>Batching is off when the flush starts, for Tomcat's own answers to a client's pings, which
 * nobody would flush: such a pong is in the buffer before, or it is written by itself, after the
 * flush or just before it. Then it is ahead of what lies in the buffer, packets and earlier pongs.
 * That does no harm: a client has to expect pongs in any number and at any time (RFC 6455, section
 * 5.5.3), and packets never pass each other.
 *
 * @param endpoint Tomcat's end of the connection
 * @param allowed whether it batches
 * @param start its method that starts to write a frame, or the buffer
 */
record TomcatBatching(Object endpoint, AtomicBoolean allowed, Method start) implements Batching {

  private static final System.Logger LOG = System.getLogger(TomcatBatching.class.getName());

  private static final String ENGINE = "org.apache.tomcat.websocket.";

  /** {@code Constants.INTERNAL_OPCODE_FLUSH}: no frame, but all that lies in the buffer. */
  private static final byte FLUSH = 0x18;

  @Override
  public boolean begin() {
    allowed.set(true);
    return true;
  }

  @Override
  public void flush(SendHandler handler) {
    allowed.set(false);
    try {
      start.invoke(endpoint, FLUSH, null, true, handler);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e); // it was made accessible
    }
  }

  /** Knows what is needed of the engine. Safe for use by several threads. */
  static final class Maker {

    /** What was found at the first connection; a server has one engine. */
    private volatile @Nullable Internals found;

    private record Internals(
        @Nullable Field endpoint, @Nullable Field allowed, @Nullable Method start) {

      private static final Internals NONE = new Internals(null, null, null);
    }

    /** The batching of a session, by its remote endpoint. */
    Batching of(RemoteEndpoint remote) {
      Internals internals = found;
      if (internals == null) {
        internals = find(remote.getClass());
        found = internals;
      }
      if (internals.endpoint == null || internals.allowed == null || internals.start == null) {
        return Batching.NONE;
      }
      try {
        Object endpoint = internals.endpoint.get(remote);
        return new TomcatBatching(
            endpoint, (AtomicBoolean) internals.allowed.get(endpoint), internals.start);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e); // it was made accessible
      }
    }

    private static Internals find(Class<?> remote) {
      if (!remote.getName().startsWith(ENGINE)) {
        return Internals.NONE;
      }
      try {
        Class<?> base =
            Class.forName(ENGINE + "WsRemoteEndpointBase", false, remote.getClassLoader());
        Field endpoint = base.getDeclaredField("base");
        Field allowed = endpoint.getType().getDeclaredField("batchingAllowed");
        if (allowed.getType() != AtomicBoolean.class) {
          throw new NoSuchFieldException("batchingAllowed is another type");
        }
        Method start =
            endpoint
                .getType()
                .getDeclaredMethod(
                    "startMessage", byte.class, ByteBuffer.class, boolean.class, SendHandler.class);
        endpoint.setAccessible(true);
        allowed.setAccessible(true);
        start.setAccessible(true);
        LOG.log(Level.INFO, "Tomcat writes several packets at once");
        return new Internals(endpoint, allowed, start);
      } catch (ReflectiveOperationException | RuntimeException e) {
        LOG.log(Level.WARNING, "Tomcat writes packets one by one, and slowly: {0}", e.toString());
        return Internals.NONE;
      }
    }
  }
}
