package imserver.container;

import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;

/** On Payara and GlassFish, whose connection is one of ours ({@link LingeringConnection}). */
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
  public void flush(SendHandler handler) {
    connection.getOutputStream().flush(handler);
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
