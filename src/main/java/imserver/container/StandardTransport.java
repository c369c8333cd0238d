package imserver.container;

import jakarta.websocket.CloseReason;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What every container can do, by the standard alone. */
class StandardTransport implements Transport {

  static final ByteBuffer NO_DATA = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private final Session session;

  StandardTransport(Session session) {
    this.session = session;
  }

  @Override
  public boolean gather() {
    return false;
  }

  @Override
  public void send(String packet, SendHandler handler) {
    session.getAsyncRemote().sendText(packet, handler);
  }

  @Override
  public void flush(SendHandler handler) {
    throw new IllegalStateException("nothing is gathered");
  }

  @Override
  public void ping() throws IOException {
    session.getAsyncRemote().sendPing(NO_DATA);
  }

  @Override
  public void close(CloseReason reason, boolean slow) throws IOException {
    session.close(reason);
  }

  /** The standard knows no end without the client's answer; the container has a time-out for it. */
  @Override
  public void abort() {}

  @Override
  public boolean hasEnded() {
    return true;
  }
}
