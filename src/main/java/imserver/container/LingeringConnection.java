package imserver.container;

import imserver.session.Workers;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection that is closed when its client has said its last, and by a thread that does nothing
 * else with it.
 *
 * <p>The engine closes a connection as soon as its close frame is written or answered, in whatever
 * thread that is. Payara and GlassFish do not bear it. While their own thread is still at work on
 * the handshake, the request object is given back twice, and two later handshakes that share it
 * fail. In the thread that tells of what the client sent, a lock is held; where the client goes at
 * that moment, another thread takes it in the other order, and neither is heard of again. And a
 * client that is still writing is reset before it has read the code: RFC 6455, section 7.1.1, has
 * the server close when both close frames have passed.
 */
@SuppressWarnings("try") // close() throws what the interface lets it throw
final class LingeringConnection implements WebConnection {

  private static final System.Logger LOG = System.getLogger(LingeringConnection.class.getName());

  private final WebConnection connection;
  private final FrameLimitInput input;
  private final FlushConsolidatingOutput output;
  private final Workers workers;

  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  LingeringConnection(WebConnection connection, int maxFrame, Workers workers) throws IOException {
    this.connection = connection;
    this.output = new FlushConsolidatingOutput(connection.getOutputStream());
    this.input =
        new FrameLimitInput(
            connection.getInputStream(), maxFrame, this::closeIfDue, output::isBackedUp);
    this.workers = workers;
  }

  @Override
  public ServletInputStream getInputStream() {
    return input;
  }

  @Override
  public FlushConsolidatingOutput getOutputStream() {
    return output;
  }

  /** Closes soon: when the client has answered, or is gone, or has had its time. */
  @Override
  public void close() {
    input.drop();
    writeTheLast();
    if (closing.compareAndSet(false, true)) {
      workers.runIn(
          Transports.LINGER, () -> workers.runForClient(this::closeNow), () -> !isClosed());
      if (!input.isReading()) {
        closeIfDue(); // else the thread that reads sees to it when it has read
      }
    }
  }

  private void writeTheLast() {
    try {
      output.release();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the client is gone: {0}", e.toString());
    }
  }

  private void closeIfDue() {
    if (closing.get() && input.isDrained()) {
      workers.runForClient(this::closeNow);
    }
  }

  /** Whether it is closed, or is being closed by a thread. */
  boolean isClosed() {
    return closed.get();
  }

  /** Closes, whatever the client does. Does nothing the second time. */
  void closeNow() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      connection.close();
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "closing a connection failed: {0}", e.toString());
    }
  }
}
