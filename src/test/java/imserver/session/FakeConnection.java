package imserver.session;

import imserver.auth.UserPrincipal;
import imserver.packet.CloseCode;
import imserver.packet.Packets;
import imserver.packet.Response;
import imserver.packet.Response.Success;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A connection that keeps what is sent. Safe for use by several threads. */
public final class FakeConnection implements Connection {

  /** What was sent, in order. */
  public final List<Response> sent = new CopyOnWriteArrayList<>();

  /** With what it was closed, in order. */
  public final List<CloseCode> closes = new CopyOnWriteArrayList<>();

  /** Those of {@link #closes} that were to wait for answers. */
  public final List<CloseCode> closesWhenAnswered = new CopyOnWriteArrayList<>();

  /** Called before a packet is kept. */
  public volatile Runnable beforeSend = () -> {};

  /** What {@link #unansweredPings} returns. */
  public volatile int unansweredPings;

  /** How many pings there were. */
  public volatile int pings;

  /** Whether the client takes what is sent at once; where not, when {@link #drain} is called. */
  public volatile boolean drains = true;

  private volatile @Nullable Runnable whenDrained;
  private final UserPrincipal user;

  /** Of a user whose credential never ends. */
  public FakeConnection(long userId) {
    this(new UserPrincipal(userId, null, null, null));
  }

  /** Of a user. */
  public FakeConnection(UserPrincipal user) {
    this.user = user;
  }

  @Override
  public String id() {
    return "fake";
  }

  @Override
  public UserPrincipal user() {
    return user;
  }

  @Override
  public boolean isOpen() {
    return closes.isEmpty();
  }

  @Override
  public void send(Response packet) {
    beforeSend.run();
    sent.add(asAClientSees(packet));
  }

  /** A client that does not name its messages gets no message id, and none gets a change. */
  private static Response asAClientSees(Response packet) {
    return packet instanceof Success success && success.requestId() == null
        ? Packets.success(
            success.toId(),
            success.timestamp(),
            success.clientMessageId() == null ? 0 : success.messageId(),
            success.clientMessageId())
        : packet;
  }

  @Override
  public void sendIfNoneWaits(Response packet) {
    send(packet);
  }

  @Override
  public void whenDrained(Runnable task) {
    if (drains) {
      task.run();
    } else {
      whenDrained = task;
    }
  }

  /** The client has taken all that was sent. */
  public void drain() {
    Runnable task = whenDrained;
    whenDrained = null;
    if (task != null) {
      task.run();
    }
  }

  @Override
  public void ping() {
    pings++;
  }

  @Override
  public int unansweredPings() {
    return unansweredPings;
  }

  @Override
  public void closeWhenAnswered(CloseCode code) {
    closesWhenAnswered.add(code);
    close(code);
  }

  @Override
  public void close(CloseCode code) {
    closes.add(code);
  }

  @Override
  public int queued() {
    return 0;
  }
}
