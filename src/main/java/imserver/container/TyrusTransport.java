package imserver.container;

import jakarta.websocket.CloseReason;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;

/**
 * On Payara and GlassFish, whose connection is one of ours ({@link LingeringConnection}): what the
 * engine is told to send is written once the engine has returned.
 */
final class TyrusTransport extends StandardTransport {

  private final LingeringConnection connection;
  private final boolean gathers;

  TyrusTransport(Session session, LingeringConnection connection, boolean gathers) {
    super(session);
    this.connection = connection;
    this.gathers = gathers;
  }

  @Override
  public boolean gather() {
    if (gathers) {
      connection.getOutputStream().gather();
    }
    return gathers;
  }

  @Override
  public void send(String packet, SendHandler handler) {
    Report report = new Report(handler);
    super.send(packet, report);
    report.returned = true;
    connection.flushOwed();
  }

  /**
   * Passes on what the engine reports, under locks of its own. A report that does not come within
   * the call has the next packet sent, and so goes to a thread without these locks.
   */
  private final class Report implements SendHandler {

    private final SendHandler handler;
    private final Thread caller = Thread.currentThread();

    /** Whether the call has returned; of the caller. */
    private boolean returned;

    Report(SendHandler handler) {
      this.handler = handler;
    }

    @Override
    public void onResult(SendResult result) {
      if (Thread.currentThread() == caller && !returned) {
        handler.onResult(result);
      } else {
        connection.runLater(() -> handler.onResult(result));
      }
    }
  }

  @Override
  public void ping() throws IOException {
    super.ping();
    connection.flushOwed();
  }

  @Override
  public void close(CloseReason reason, boolean slow) throws IOException {
    super.close(reason, slow);
    connection.flushAll();
  }

  @Override
  public void flush(SendHandler handler) {
    connection.flush(handler);
  }

  @Override
  public void abort() {
    connection.closeNow();
  }

  @Override
  public boolean hasEnded() {
    return connection.isClosed();
  }
}
