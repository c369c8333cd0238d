package imserver.endpoint;

import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.util.ArrayList;
import java.util.List;

/**
 * The transport of a container that gathers packets: it reports a gathered one as sent at once, and
 * what it flushes when a test says so ({@link #flushed}).
 */
final class FakeGatheringTransport extends FakeTransport {

  /** What it was asked to do, in order; with a flush how many packets were sent before. */
  final List<String> calls = new ArrayList<>();

  private final FakeSession session;
  private final List<SendHandler> flushes = new ArrayList<>();
  private boolean gathers;

  FakeGatheringTransport(FakeSession session) {
    super(session);
    this.session = session;
    session.transport =
        (packet, handler) -> {
          session.sent.add(packet);
          if (gathers) {
            handler.onResult(new SendResult());
          } else {
            session.pending.add(handler);
          }
        };
  }

  @Override
  public boolean gather() {
    calls.add("gather");
    gathers = true;
    return true;
  }

  @Override
  public void flush(SendHandler handler) {
    gathers = false;
    calls.add("flush " + session.sent.size());
    flushes.add(handler);
  }

  /** Reports what was flushed first as written. */
  void flushed() {
    flushes.remove(0).onResult(new SendResult());
  }
}
