package imserver.container;

import jakarta.enterprise.concurrent.ManageableThread;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Has Tomcat read from a connection that it has upgraded in a thread of ours.
 *
 * <p>Where a handshake comes on a connection that carried another request before, as some clients
 * and proxies send it, Tomcat may find it while it still ends that request: in the thread of ours
 * that began to write its answer, for the event "writable". After that event it does not watch a
 * connection that was upgraded for what comes ({@code AbstractProtocol.ConnectionHandler.process}),
 * and what the client sends is never read. Seen on Tomcat 10.1.59 and 11.0.24 with every fifth such
 * handshake. An event "readable", which Tomcat processes after the one that is under way, makes it
 * read and watch. In a thread of Tomcat it is not given: it would come beside Tomcat's own, and be
 * logged as an error where the client leaves just then. So a handshake that follows an answer whose
 * last part Tomcat wrote later, since the client read slowly, is not covered: its client gets no
 * answer, and the server's pings close the connection.
 *
 * <p>By names that are not public; where they are not as expected the log says so. Safe for use by
 * several threads.
 */
final class MissedReadFix {

  private static final System.Logger LOG = System.getLogger(MissedReadFix.class.getName());

  /** What was found at the first connection; a server has one engine. */
  private volatile @Nullable Found found;

  /** Null names: another version. */
  private record Found(@Nullable Names names) {}

  private record Names(Field socket, Method processSocket, Object readable) {}

  /**
   * Gives Tomcat the event, for a thread of its own, where this is one of ours. To be called while
   * the connection is opened.
   *
   * @param endpoint its end of the connection, a {@code WsRemoteEndpointImplServer}
   */
  void apply(Object endpoint) {
    if (!(Thread.currentThread() instanceof ManageableThread)) {
      return;
    }
    Found known = found;
    if (known == null) {
      known = new Found(find(endpoint.getClass()));
      found = known;
    }
    Names names = known.names;
    if (names == null) {
      return;
    }
    try {
      Object socket = names.socket.get(endpoint);
      var unused = names.processSocket.invoke(socket, names.readable, true);
    } catch (IllegalAccessException | InvocationTargetException e) { // or the socket is closed
      LOG.log(Level.DEBUG, "Tomcat may not read from a connection: {0}", e.toString());
    }
  }

  private static @Nullable Names find(Class<?> endpoint) {
    try {
      Field socket = endpoint.getDeclaredField("socketWrapper");
      socket.setAccessible(true);
      Class<?> event =
          Class.forName("org.apache.tomcat.util.net.SocketEvent", false, endpoint.getClassLoader());
      Method processSocket = socket.getType().getMethod("processSocket", event, boolean.class);
      Object readable = event.getField("OPEN_READ").get(null);
      return new Names(socket, processSocket, readable);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "Tomcat may not read from a socket on a connection that carried a request before: {0}",
          e.toString());
      return null;
    }
  }
}
