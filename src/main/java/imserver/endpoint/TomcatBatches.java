package imserver.endpoint;

import imserver.config.Config;
import imserver.config.Config.Switch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Has Tomcat write several packets of a connection at once. One by one, each costs a system call
 * and the hand-over of its report to another thread: more than all else that is done for a message.
 *
 * <p>Jakarta WebSocket has batching for this, and Tomcat implements it; but its {@link
 * RemoteEndpoint#flushBatch()} waits for the client, and a thread that stores messages must wait
 * for nobody. The flush within it can be started without waiting: a method that is not public, and
 * is found by its name, in Tomcat 10.1 and 11. Where it is not as expected packets are written one
 * by one, and the log says so. {@code IMSERVER_TOMCAT_BATCHES=off} leaves it alone.
 */
@ApplicationScoped
public class TomcatBatches {

  private static final System.Logger LOG = System.getLogger(TomcatBatches.class.getName());

  private static final String ENGINE = "org.apache.tomcat.websocket.";
  private static final String ENDPOINT = ENGINE + "WsRemoteEndpointBase";
  private static final String IMPLEMENTATION_FIELD = "base";
  private static final String START = "startMessage";

  /** {@code Constants.INTERNAL_OPCODE_FLUSH}: no frame, but all that lies in the buffer. */
  private static final byte FLUSH = 0x18;

  @Inject private Config config;

  /** What was found at the first connection; a server has one engine. */
  private final AtomicReference<@Nullable Internals> found = new AtomicReference<>();

  /** For the container, which injects the rest. */
  public TomcatBatches() {}

  /** The batching of a session. */
  Batching of(Session session) {
    if (config.server().tomcatBatches() == Switch.OFF) {
      return Batching.NONE;
    }
    RemoteEndpoint remote = session.getAsyncRemote();
    Internals internals = found.get();
    if (internals == null) {
      internals = Internals.of(remote);
      found.set(internals);
    }
    return internals.batching(remote);
  }

  /** The two that are needed of Tomcat; null where they are not to be had. */
  private record Internals(@Nullable Field implementation, @Nullable Method start) {

    private static final Internals NONE = new Internals(null, null);

    static Internals of(RemoteEndpoint remote) {
      if (!remote.getClass().getName().startsWith(ENGINE)) {
        return NONE;
      }
      try {
        Class<?> type = Class.forName(ENDPOINT, false, remote.getClass().getClassLoader());
        Field implementation = type.getDeclaredField(IMPLEMENTATION_FIELD);
        Method start =
            implementation
                .getType()
                .getDeclaredMethod(
                    START, byte.class, ByteBuffer.class, boolean.class, SendHandler.class);
        implementation.setAccessible(true);
        start.setAccessible(true);
        LOG.log(Level.INFO, "Tomcat writes several packets at once");
        return new Internals(implementation, start);
      } catch (ReflectiveOperationException | RuntimeException e) {
        LOG.log(Level.WARNING, "Tomcat writes packets one by one, and slowly: {0}", e.toString());
        return NONE;
      }
    }

    Batching batching(RemoteEndpoint remote) {
      if (implementation == null || start == null) {
        return Batching.NONE;
      }
      try {
        return new TomcatBatching(remote, implementation.get(remote), start);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e); // it was made accessible
      }
    }
  }

  private record TomcatBatching(RemoteEndpoint remote, Object implementation, Method start)
      implements Batching {

    @Override
    public boolean begin() {
      try {
        remote.setBatchingAllowed(true);
        return true;
      } catch (IOException e) {
        return false; // closed, which the next to send finds out
      }
    }

    @Override
    public void flush(SendHandler handler) {
      try {
        start.invoke(implementation, FLUSH, null, true, handler);
      } catch (InvocationTargetException e) {
        throw new IllegalStateException(e.getCause());
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e); // it was made accessible
      }
    }

    /**
     * Flushes too, and would wait for the client; but nothing lies in the buffer after a flush,
     * save for the answer to a client's ping, for which Tomcat waits in any case.
     */
    @Override
    public void end() throws IOException {
      remote.setBatchingAllowed(false);
    }
  }
}
