package imserver.container;

import imserver.session.Workers;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.WebConnection;
import jakarta.websocket.SendHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection that is closed only after its client has sent its close frame, has gone, or has had
 * {@link Transports#LINGER} to do either; always on a thread of {@link Workers}, which holds no
 * lock of the container.
 *
 * <p>Left to itself the engine closes a connection as soon as its close frame is written or
 * answered, on the thread that did that. On Payara and GlassFish that fails in three ways. While
 * their own thread is still at work on the handshake, the request object is given back twice, and
 * two later handshakes that share it fail. On the thread that reads what the client sent a lock is
 * held; if the client disconnects at that moment, another thread takes the same locks in the other
 * order, and both wait for ever. And a client that is still writing is reset before it has read the
 * code: RFC 6455, section 7.1.1, has the server close when both close frames have passed.
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

  /** Whether a flush for a thread that reads of another client waits for a thread of ours. */
  private final AtomicBoolean flushWaits = new AtomicBoolean();

  LingeringConnection(WebConnection connection, int maxFrame, Workers workers) throws IOException {
    this.connection = connection;
    this.workers = workers;
    this.output =
        new FlushConsolidatingOutput(connection.getOutputStream(), this::runLater, this::closeNow);
    this.input =
        new FrameLimitInput(
            connection.getInputStream(),
            maxFrame,
            this::flushOwed,
            this::closeIfDue,
            output::isBackedUp);
  }

  @Override
  public ServletInputStream getInputStream() {
    return input;
  }

  @Override
  public FlushConsolidatingOutput getOutputStream() {
    return output;
  }

  /** Has it closed when the client has answered, or is gone, or has had its time. */
  @Override
  public void close() {
    input.drop();
    if (closing.compareAndSet(false, true)) {
      workers.runIn(Transports.LINGER, () -> runLater(this::closeNow), () -> !isClosed());
      if (!input.isReading()) {
        closeIfDue(); // else the thread that reads sees to it when it has read
      }
    }
    runLater(this::flushAll);
  }

  /** Writes what the engine has flushed, unless it is being gathered. */
  void flushOwed() {
    if (!input.isThreadOfAnother()) {
      output.flushOwed();
    } else if (flushWaits.compareAndSet(false, true)) {
      runLater(
          () -> {
            flushWaits.set(false);
            output.flushOwed();
          });
    }
  }

  /** Writes all that there is. */
  void flushAll() {
    run(output::flushAll);
  }

  /** Writes all that there is, and reports that. */
  void flush(SendHandler handler) {
    run(() -> output.flush(handler));
  }

  /** Runs it now; later where this thread has the container's lock of another connection. */
  private void run(Runnable write) {
    if (input.isThreadOfAnother()) {
      runLater(write);
    } else {
      write.run();
    }
  }

  /** Runs it in a thread of ours, which has no lock of the container or the engine. */
  void runLater(Runnable task) {
    workers.runForClient(task);
  }

  /** Writes nothing more than what it can now: the container is ending the connection. */
  void abandon() {
    flushAll();
    output.abandon();
  }

  private void closeIfDue() {
    if (closing.get() && input.isDrained()) {
      runLater(this::closeNow);
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
    output.end(this::end);
  }

  private void end() {
    try {
      connection.close();
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "closing a connection failed: {0}", e.toString());
    }
  }
}
