package imserver.container;

import imserver.container.TomcatEngine.Internals;
import jakarta.websocket.CloseReason;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * On Tomcat: writes the frames of packets to the socket itself, several in one write, under the
 * permit by which Tomcat has one frame written at a time. So a packet neither passes one of
 * Tomcat's own frames (pongs, and the close frame) nor gets into it.
 *
 * <p>By the standard each packet would be a write of its own, and Tomcat reports its end by a task
 * for its pool of threads, also where the socket took all at once: a thread is woken for every
 * packet, only to say so. Batching, which the standard has too, waits for the client in {@link
 * jakarta.websocket.RemoteEndpoint#flushBatch}, and where it is turned off.
 *
 * <p>An extension, such as compression, would be passed by: none is negotiated.
 *
 * <p>What is gathered lies here, not in a buffer of Tomcat: it is reported as sent whether the
 * session has ended or not, which {@link #flush} finds. Tomcat's own count of a session's messages
 * and bytes (over JMX) is without what is written here.
 */
final class TomcatTransport extends StandardTransport {

  /** {@code Constants.OPCODE_PING}. */
  private static final byte OPCODE_PING = 0x09;

  /**
   * {@code Constants.INTERNAL_OPCODE_FLUSH}: no frame, but what lies in Tomcat's buffer: nothing.
   */
  private static final byte OPCODE_FLUSH = 0x18;

  /** For how long Tomcat tries to write a close frame, in milliseconds; 50 unless it is set. */
  private static final String CLOSE_SEND_TIMEOUT =
      "org.apache.tomcat.websocket.ABNORMAL_SESSION_CLOSE_SEND_TIMEOUT";

  private static final Long CLOSE_SEND_MILLIS = 500L;

  private static final SendResult WRITTEN = new SendResult();

  private final Session session;
  private final Internals internals;

  /** Tomcat's end of the connection. */
  private final Object endpoint;

  private final boolean writes;

  /** Texts in UTF-8; null while nothing is to be gathered. Of the thread that sends. */
  private @Nullable List<byte[]> gathered;

  /**
   * Of a session.
   *
   * @param writes whether to write packets itself; only where Tomcat can ({@link
   *     Internals#canWrite})
   */
  TomcatTransport(Session session, Internals internals, boolean writes) {
    super(session);
    this.session = session;
    this.internals = internals;
    this.endpoint = internals.endpointOf(session);
    this.writes = writes;
  }

  @Override
  public boolean gather() {
    if (writes && gathered == null) {
      gathered = new ArrayList<>();
    }
    return writes;
  }

  @Override
  public void send(String packet, SendHandler handler) {
    if (gathered != null) {
      gathered.add(utf8(packet));
      handler.onResult(WRITTEN);
    } else if (writes) {
      writeOrThrow(List.of(utf8(packet)), handler);
    } else {
      super.send(packet, handler);
    }
  }

  private static byte[] utf8(String packet) {
    return packet.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void flush(SendHandler handler) {
    List<byte[]> texts = gathered;
    if (texts == null) {
      throw new IllegalStateException("nothing is gathered");
    }
    gathered = null;
    writeOrThrow(texts, handler);
  }

  private void writeOrThrow(List<byte[]> texts, SendHandler handler) {
    if (!write(texts, handler)) {
      throw new IllegalStateException("a close frame was sent");
    }
  }

  /** Returns false, and the handler is not called, where a close frame was sent. */
  private boolean write(List<byte[]> texts, SendHandler handler) {
    if (!internals.tryTurn(endpoint)) {
      return writeAfterTomcat(texts, handler);
    }
    if (internals.isCloseSent(endpoint)) {
      internals.endTurn(endpoint, null, null);
      return false;
    }
    Turn turn = new Turn(handler);
    if (!internals.write(endpoint, TextFrames.of(texts), turn)) {
      turn.failed(new IOException("Tomcat has given up a frame that is still being written"), null);
    }
    return true;
  }

  /**
   * Tomcat is writing a frame, or a ping of ours. What is queued there now is its turn when that is
   * done: nothing, after which the packets are written, in a thread of Tomcat. Tomcat itself would
   * write them within the time that it gives a pong. Where the session ends first nothing is
   * reported.
   */
  private boolean writeAfterTomcat(List<byte[]> texts, SendHandler handler) {
    SendHandler next =
        result -> {
          if (!result.isOK()) {
            handler.onResult(result);
          } else if (!write(texts, handler)) {
            handler.onResult(new SendResult(new IOException("a close frame was sent")));
          }
        };
    try {
      internals.startMessage(endpoint, OPCODE_FLUSH, null, next);
      return true;
    } catch (IllegalStateException e) { // Tomcat, where a close frame was sent
      return false;
    }
  }

  /** What is being written, under the permit. */
  private final class Turn implements CompletionHandler<Long, Object> {

    private final SendHandler handler;

    Turn(SendHandler handler) {
      this.handler = handler;
    }

    @Override
    public void completed(Long bytes, @Nullable Object attachment) {
      internals.endTurn(endpoint, handler, WRITTEN);
    }

    /** As Tomcat does it: what follows a part of a frame would be no frame. */
    @Override
    public void failed(Throwable error, @Nullable Object attachment) {
      internals.close(endpoint);
      internals.endTurn(endpoint, handler, new SendResult(error));
    }
  }

  /** Does not wait, unlike {@link jakarta.websocket.RemoteEndpoint#sendPing} of Tomcat. */
  @Override
  public void ping() {
    ByteBuffer noData = ByteBuffer.allocate(0); // Tomcat clears it
    internals.startMessage(endpoint, OPCODE_PING, noData, result -> {});
  }

  /**
   * Tomcat gives the frame 50 ms to be written, and else drops it with the connection. That is
   * little for a thread that is not given a processor, or while all threads stand for the
   * collector, and the client would not learn why it was closed.
   */
  @Override
  public void close(CloseReason reason, boolean slow) throws IOException {
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
