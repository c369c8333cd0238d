package imserver.container;

import imserver.container.TomcatEngine.Internals;
import jakarta.websocket.CloseReason;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * On Tomcat: by its WebSocket engine's own way to write a frame without waiting, which the standard
 * has for messages only.
 *
 * <p>Packets are gathered in the engine's buffer. The standard has batching for this, but {@link
 * jakarta.websocket.RemoteEndpoint#flushBatch} and turning batching off wait for the client.
 *
 * <p>Batching is off when the flush starts, for Tomcat's own answers to a client's pings, which
 * would not be flushed otherwise: such a pong is in the buffer before, or it is written by itself,
 * after the flush or just before it. Then it is ahead of what lies in the buffer, packets and
 * earlier pongs. That does no harm: a client has to expect pongs in any number and at any time (RFC
 * 6455, section 5.5.3), and packets never pass each other.
 */
final class TomcatTransport extends StandardTransport {

  /** {@code Constants.OPCODE_PING}. */
  private static final byte OPCODE_PING = 0x09;

  /** {@code Constants.INTERNAL_OPCODE_FLUSH}: no frame, but all that lies in the buffer. */
  private static final byte OPCODE_FLUSH = 0x18;

  /** For how long Tomcat tries to write a close frame, in milliseconds; 50 unless it is set. */
  private static final String CLOSE_SEND_TIMEOUT =
      "org.apache.tomcat.websocket.ABNORMAL_SESSION_CLOSE_SEND_TIMEOUT";

  private static final Long CLOSE_SEND_MILLIS = 500L;

  private final Session session;
  private final Internals internals;

  /** Tomcat's end of the connection. */
  private final Object endpoint;

  private final AtomicBoolean batchingAllowed;
  private final boolean gathers;

  TomcatTransport(Session session, Internals internals, boolean gathers) {
    super(session);
    this.session = session;
    this.internals = internals;
    this.endpoint = internals.endpointOf(session);
    this.batchingAllowed = internals.batchingAllowedOf(endpoint);
    this.gathers = gathers;
  }

  @Override
  public boolean gather() {
    if (gathers) {
      batchingAllowed.set(true);
    }
    return gathers;
  }

  @Override
  public void flush(SendHandler handler) {
    batchingAllowed.set(false);
    internals.startMessage(endpoint, OPCODE_FLUSH, null, handler);
  }

  /** Does not wait, unlike {@link jakarta.websocket.RemoteEndpoint#sendPing} of Tomcat. */
  @Override
  public void ping() {
    ByteBuffer noData = ByteBuffer.allocate(0); // Tomcat clears it
    internals.startMessage(endpoint, OPCODE_PING, noData, result -> {});
  }

  /**
   * Turns batching off first: Tomcat would wait for the client to flush what is gathered.
   *
   * <p>Tomcat gives the frame 50 ms to be written, and else drops it with the connection. That is
   * little for a thread that is not given a processor, or while all threads stand for the
   * collector, and the client would not learn why it was closed.
   */
  @Override
  public void close(CloseReason reason, boolean slow) throws IOException {
    batchingAllowed.set(false);
    if (!slow) {
      session.getUserProperties().put(CLOSE_SEND_TIMEOUT, CLOSE_SEND_MILLIS);
    }
    super.close(reason, slow);
  }

  @Override
  public void abort() {
    internals.checkCloseTimeout(session);
  }

  @Override
  public boolean hasEnded() {
    return internals.isClosed(session);
  }
}
