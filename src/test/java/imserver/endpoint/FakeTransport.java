package imserver.endpoint;

import imserver.container.Transport;
import jakarta.websocket.CloseReason;
import jakarta.websocket.SendHandler;

/**
 * The transport of a container that gathers nothing. Keeps what it is asked to do with the session.
 */
class FakeTransport implements Transport {

  private final FakeSession session;

  FakeTransport(FakeSession session) {
    this.session = session;
  }

  @Override
  public boolean gather() {
    return false;
  }

  @Override
  public void send(String packet, SendHandler handler) {
    session.session.getAsyncRemote().sendText(packet, handler);
  }

  @Override
  public void flush(SendHandler handler) {
    throw new IllegalStateException("nothing is gathered");
  }

  @Override
  public void ping() {
    session.pings++;
  }

  @Override
  public void close(CloseReason reason, boolean slow) {
    session.closes.add(reason);
    session.closedAsSlow = slow;
  }

  @Override
  public void abort() {
    session.cuts++;
  }

  @Override
  public boolean hasEnded() {
    return session.answersClose;
  }
}
