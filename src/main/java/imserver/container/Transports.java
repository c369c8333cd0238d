package imserver.container;

import imserver.config.Config;
import imserver.config.Config.Switch;
import imserver.container.TomcatEngine.Internals;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.websocket.Session;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes the {@link Transport} of each session, and bounds what the container waits for its client.
 *
 * <p>Packets that are written one by one cost a system call each, and on Tomcat the hand-over of
 * its report to another thread: more than all else that is done for a message. Hence {@code
 * IMSERVER_WRITE_BATCHING}; {@code off} has each written by itself.
 */
@ApplicationScoped
public class Transports {

  /** How long a client has to answer a close frame before its connection is aborted. */
  public static final Duration LINGER = Duration.ofSeconds(2);

  private static final System.Logger LOG = System.getLogger(Transports.class.getName());

  /**
   * How long Tomcat waits for a client in one write of its own, in milliseconds: a pong, or the
   * answer to a close frame. After a pong a close frame may follow, for which it waits half a
   * second ({@link TomcatTransport#close}).
   */
  static final long TOMCAT_BLOCKING_SEND = 700;

  /**
   * In milliseconds. Tomcat counts from when the close frame was sent, which can take half a
   * second; {@link #LINGER} after it was to be sent {@link TomcatTransport#abort} asks whether the
   * time is over.
   */
  private static final long TOMCAT_CLOSE = LINGER.toMillis() - 800;

  /** Other containers pass over them. */
  private static final Map<String, Object> BOUNDS =
      Map.of(
          "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT", TOMCAT_BLOCKING_SEND,
          "org.apache.tomcat.websocket.SESSION_CLOSE_TIMEOUT", TOMCAT_CLOSE);

  @Inject private Config config;

  private final TomcatEngine tomcat = new TomcatEngine();
  private final MissedReadFix missedReads = new MissedReadFix();
  private final AtomicBoolean logged = new AtomicBoolean();

  /** For the container, which injects the rest. */
  public Transports() {}

  /** The transport of a session that is just being opened, by this thread. */
  public Transport of(Session session) {
    session.getUserProperties().putAll(BOUNDS);
    boolean gathers = config.server().writeBatching() == Switch.ON;
    LingeringConnection tyrus = TyrusUpgradeHandler.opening();
    if (tyrus != null) {
      return new TyrusTransport(session, tyrus, gathers);
    }
    Internals internals = tomcat.of(session);
    if (internals == null) {
      return new StandardTransport(session);
    }
    Object endpoint = internals.endpointOf(session);
    missedReads.apply(endpoint);
    boolean writes = gathers && internals.canWrite(endpoint);
    if (gathers && logged.compareAndSet(false, true)) {
      LOG.log(
          Level.INFO,
          writes
              ? "Tomcat writes several packets at once"
              : "Tomcat writes packets one by one: its connector has useAsyncIO=\"false\"");
    }
    return new TomcatTransport(session, internals, writes);
  }
}
