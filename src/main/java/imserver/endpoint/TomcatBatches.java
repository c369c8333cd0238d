package imserver.endpoint;

import imserver.config.Config;
import imserver.config.Config.Switch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Has Tomcat write several packets of a connection at once. One by one, each costs a system call
 * and the hand-over of its report to another thread: more than all else that is done for a message.
 *
 * <p>Jakarta WebSocket has batching for this, and Tomcat implements it; but its {@link
 * RemoteEndpoint#flushBatch()}, and turning batching off, wait for the client, and a thread that
 * stores messages must wait for nobody. What they do can be done without waiting: by a field and a
 * method that are not public, and are found by their names, in Tomcat 10.1 and 11. Where they are
 * not as expected packets are written one by one, and the log says so. {@code
 * IMSERVER_TOMCAT_BATCHES=off} leaves it alone.
 *
 * <p>Batching is off when the flush starts: Tomcat's own answer to a client's ping, which nobody
 * would flush, either is in the buffer before, or waits for the flush and is written by itself.
 */
@ApplicationScoped
public class TomcatBatches {

  private static final System.Logger LOG = System.getLogger(TomcatBatches.class.getName());

  private static final String ENGINE = "org.apache.tomcat.websocket.";
  private static final String ENDPOINT = ENGINE + "WsRemoteEndpointBase";
  private static final String IMPLEMENTATION_FIELD = "base";
  private static final String ALLOWED_FIELD = "batchingAllowed";
  private static final String START = "startMessage";

  /** {@code Constants.INTERNAL_OPCODE_FLUSH}: no frame, but all that lies in the buffer. */
  private static final byte FLUSH = 0x18;

  @Inject private Config config;

  /** What was found at the first connection; a server has one engine. */
  private final AtomicReference<@Nullable Optional<Internals>> found = new AtomicReference<>();

  /** For the container, which injects the rest. */
  public TomcatBatches() {}

  /** The batching of a session. */
  Batching of(Session session) {
    if (config.server().tomcatBatches() == Switch.OFF) {
      return Batching.NONE;
    }
    RemoteEndpoint remote = session.getAsyncRemote();
    Optional<Internals> internals = found.get();
    if (internals == null) {
      internals = Optional.ofNullable(Internals.of(remote));
      found.set(internals);
    }
    return internals.map(found -> found.batching(remote)).orElse(Batching.NONE);
  }

  /** What is needed of Tomcat. */
  private record Internals(Field implementation, Field allowed, Method start) {

    /** Null where it is not to be had. */
    static @Nullable Internals of(RemoteEndpoint remote) {
      if (!remote.getClass().getName().startsWith(ENGINE)) {
        return null;
      }
      try {
        Class<?> type = Class.forName(ENDPOINT, false, remote.getClass().getClassLoader());
        Field implementation = type.getDeclaredField(IMPLEMENTATION_FIELD);
        Method start =
            implementation
                .getType()
                .getDeclaredMethod(
                    START, byte.class, ByteBuffer.class, boolean.class, SendHandler.class);
        Field allowed = implementation.getType().getDeclaredField(ALLOWED_FIELD);
        if (allowed.getType() != AtomicBoolean.class) {
          throw new NoSuchFieldException(ALLOWED_FIELD + " is no AtomicBoolean");
        }
        implementation.setAccessible(true);
        allowed.setAccessible(true);
        start.setAccessible(true);
        LOG.log(Level.INFO, "Tomcat writes several packets at once");
        return new Internals(implementation, allowed, start);
      } catch (ReflectiveOperationException | RuntimeException e) {
        LOG.log(Level.WARNING, "Tomcat writes packets one by one, and slowly: {0}", e.toString());
        return null;
      }
    }

    Batching batching(RemoteEndpoint remote) {
      try {
        Object endpoint = implementation.get(remote);
        return new TomcatBatching(endpoint, (AtomicBoolean) allowed.get(endpoint), start);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e); // it was made accessible
      }
    }
  }

  private record TomcatBatching(Object endpoint, AtomicBoolean allowed, Method start)
      implements Batching {

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
  }
}
