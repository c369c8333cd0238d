package imserver.container;

import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds in Tomcat's WebSocket engine what {@link TomcatTransport} needs and what is not public, by
 * its names in Tomcat 10.1 and 11. Where they are not as expected the standard has to do, and the
 * log says so. Safe for use by several threads.
 */
final class TomcatEngine {

  private static final System.Logger LOG = System.getLogger(TomcatEngine.class.getName());

  /** Neither one for a write, nor that of the socket, which is the last pong's after a pong. */
  private static final long NO_TIMEOUT = 0;

  private static final String WEBSOCKET = "org.apache.tomcat.websocket.";
  private static final String SOCKET = "org.apache.tomcat.util.net.SocketWrapperBase";

  /** What was found at the first connection; a server has one engine. */
  private volatile @Nullable Found found;

  /** Null internals: another engine, or another version. */
  private record Found(@Nullable Internals internals) {}

  /**
   * Knows how to write, and how to end a connection. An endpoint is Tomcat's end of a connection.
   *
   * @param base the field of a remote endpoint with the endpoint
   * @param turn the field of an endpoint with the permit to write, of which there is one
   * @param closed its field that says whether a close frame was sent
   * @param startMessage its method that starts to write a frame, now or when it has the permit
   * @param endMessage its method that passes the permit on, to a frame that waits, and reports
   * @param close its method that ends the connection
   * @param socket its field with the socket
   * @param checkCloseTimeout the method of a session that ends the connection where the client had
   *     its time to answer a close frame
   * @param isClosed the method of a session that says whether both close frames have passed
   * @param socketNames of the socket
   */
  record Internals(
      Field base,
      Field turn,
      Field closed,
      Method startMessage,
      Method endMessage,
      Method close,
      Field socket,
      Method checkCloseTimeout,
      Method isClosed,
      SocketNames socketNames) {

    Object endpointOf(Session session) {
      return get(base, session.getAsyncRemote());
    }

    /** Whether {@link #write} can be used (the connector's {@code useAsyncIO}). */
    boolean canWrite(Object endpoint) {
      return Boolean.TRUE.equals(call(socketNames.hasAsyncIO, get(socket, endpoint)));
    }

    /** Takes the permit to write, unless a frame is being written. Does not wait. */
    boolean tryTurn(Object endpoint) {
      return ((Semaphore) get(turn, endpoint)).tryAcquire();
    }

    /** Passes the permit on, and then reports to the handler. */
    void endTurn(Object endpoint, @Nullable SendHandler handler, @Nullable SendResult result) {
      var unused = call(endMessage, endpoint, handler, result);
    }

    boolean isCloseSent(Object endpoint) {
      return Boolean.TRUE.equals(get(closed, endpoint));
    }

    void close(Object endpoint) {
      var unused = call(close, endpoint);
    }

    /**
     * Writes bytes to the socket, for who has the permit. Does not wait: what the socket does not
     * take follows when it does, however long that takes.
     *
     * @param handler called when all is written, within this call or later
     * @return false, and the handler is not called, where Tomcat has given up a frame that is still
     *     being written; what Tomcat writes next waits for that, and no longer than for a pong
     */
    boolean write(Object endpoint, ByteBuffer bytes, CompletionHandler<Long, Object> handler) {
      Object state =
          call(
              socketNames.write,
              get(socket, endpoint),
              socketNames.nonBlock,
              NO_TIMEOUT,
              TimeUnit.MILLISECONDS,
              null,
              socketNames.untilAllIsWritten,
              handler,
              new ByteBuffer[] {bytes});
      boolean begun = state != socketNames.notDone;
      if (!begun) {
        var unused =
            call(
                socketNames.setWriteTimeout,
                get(socket, endpoint),
                Transports.TOMCAT_BLOCKING_SEND);
      }
      return begun;
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

  /**
   * Of Tomcat's class of a socket.
   *
   * @param hasAsyncIO its method that says whether {@code write} can be used
   * @param write its method that writes buffers
   * @param setWriteTimeout its method that sets for how long a write may take, and wait for another
   * @param nonBlock tells {@code write} not to wait
   * @param untilAllIsWritten tells it when to report
   * @param notDone what it returns where it has not begun
   */
  record SocketNames(
      Method hasAsyncIO,
      Method write,
      Method setWriteTimeout,
      Object nonBlock,
      Object untilAllIsWritten,
      Object notDone) {

    private static SocketNames find(ClassLoader loader) throws ReflectiveOperationException {
      Class<?> socket = Class.forName(SOCKET, false, loader);
      Class<?> mode = Class.forName(SOCKET + "$BlockingMode", false, loader);
      Class<?> state = Class.forName(SOCKET + "$CompletionState", false, loader);
      Class<?> check = Class.forName(SOCKET + "$CompletionCheck", false, loader);
      return new SocketNames(
          socket.getMethod("hasAsyncIO"),
          socket.getMethod(
              "write",
              mode,
              long.class,
              TimeUnit.class,
              Object.class,
              check,
              CompletionHandler.class,
              ByteBuffer[].class),
          socket.getMethod("setWriteTimeout", long.class),
          mode.getField("NON_BLOCK").get(null),
          socket.getField("COMPLETE_WRITE_WITH_COMPLETION").get(null),
          state.getField("NOT_DONE").get(null));
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
    if (!remote.getClass().getName().startsWith(WEBSOCKET)) {
      return null;
    }
    try {
      ClassLoader loader = remote.getClass().getClassLoader();
      Field base = field(Class.forName(WEBSOCKET + "WsRemoteEndpointBase", false, loader), "base");
      Class<?> endpoint = base.getType();
      Class<?> ofServer =
          Class.forName(WEBSOCKET + "server.WsRemoteEndpointImplServer", false, loader);
      Class<?> type = Class.forName(WEBSOCKET + "WsSession", false, loader);
      return new Internals(
          base,
          field(endpoint, "messagePartInProgress", Semaphore.class),
          field(endpoint, "closed", boolean.class),
          method(
              endpoint,
              "startMessage",
              byte.class,
              ByteBuffer.class,
              boolean.class,
              SendHandler.class),
          method(endpoint, "endMessage", SendHandler.class, SendResult.class),
          method(endpoint, "close"),
          field(ofServer, "socketWrapper"),
          method(type, "checkCloseTimeout"),
          method(type, "isClosed"),
          SocketNames.find(loader));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.WARNING, "Tomcat writes packets one by one, and slowly: {0}", e.toString());
      return null;
    }
  }

  private static Field field(Class<?> owner, String name, Class<?> type)
      throws NoSuchFieldException {
    Field field = field(owner, name);
    if (field.getType() != type) {
      throw new NoSuchFieldException(name + " is another type");
    }
    return field;
  }

  private static Field field(Class<?> owner, String name) throws NoSuchFieldException {
    Field field = owner.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static Method method(Class<?> owner, String name, Class<?>... parameters)
      throws NoSuchMethodException {
    Method method = owner.getDeclaredMethod(name, parameters);
    method.setAccessible(true);
    return method;
  }
}
