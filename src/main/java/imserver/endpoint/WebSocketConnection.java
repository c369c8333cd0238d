package imserver.endpoint;

import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.container.Transport;
import imserver.container.Transports;
import imserver.monitoring.LogContext;
import imserver.monitoring.Meters;
import imserver.packet.CloseCode;
import imserver.packet.Response;
import imserver.packet.Response.Answer;
import imserver.packet.Response.Failure;
import imserver.session.Connection;
import imserver.session.Mark;
import imserver.session.Requester;
import imserver.session.Workers;
import io.github.bucket4j.TimeMeter;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket session as the rest of the application sees it: what is sent waits in an {@link
 * Outbox} and goes out by a {@link PacketSender}, and the session is closed behind the last packet,
 * or when the client has had its time to take it. A client that does not read costs its outbox, no
 * more.
 *
 * <p>Once the session has ended, or a packet could not be written, the container is not called for
 * another one: Tomcat may have the caller wait for one of its own that is still being written.
 *
 * <p>It has no lock of its own: the outbox decides whether it is open, closed or ended, and each of
 * its answers is acted upon outside its lock. Whatever may wait for the client runs on {@link
 * Workers#runForClient}.
 */
final class WebSocketConnection implements Connection {

  private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());
  private static final String ATTRIBUTE = WebSocketConnection.class.getName();

  /** A request is answered within five seconds (PROTOCOL.md, section 5). */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(6);

  /**
   * How long a client may take to read what is queued for it when the connection is to be closed
   * (PROTOCOL.md, section 9).
   */
  private static final Duration CLOSE_FLUSH_TIMEOUT = Duration.ofSeconds(2);

  /**
   * The same for one that is too slow: its queue is dropped, but it has a whole buffer of the
   * system to read before it learns why the connection ends. No thread waits for it, and nothing is
   * kept.
   */
  private static final Duration SLOW_CLOSE_FLUSH_TIMEOUT = Duration.ofSeconds(20);

  private final Session session;
  private final UserPrincipal user;
  private final Workers workers;
  private final Transport transport;
  private final ProtocolVersion version;
  private final Outbox outbox;
  private final PacketSender sender;
  private final TextParts received;
  private final FailureLimit failures = new FailureLimit(TimeMeter.SYSTEM_NANOTIME);

  /** How many packets are added at once at most: while these are written, the next are added. */
  private final int step;

  private volatile Requester requester = this;

  private final AtomicInteger unansweredPings = new AtomicInteger();

  private final UnansweredRequests unanswered = new UnansweredRequests();

  /** Whether the last ping was left out, since a packet was on its way. */
  private final AtomicBoolean pingHeldBack = new AtomicBoolean();

  /** Whether a packet could not be written. */
  private volatile boolean isBroken;

  /** Whether a ping waits for a thread that sends it. */
  private final AtomicBoolean pingWaits = new AtomicBoolean();

  WebSocketConnection(
      Session session,
      UserPrincipal user,
      Config.Limits limits,
      Workers workers,
      Transport transport) {
    this.session = session;
    this.user = user;
    this.workers = workers;
    this.transport = transport;
    this.step = Math.min(PacketSender.MAX_UNFLUSHED, limits.outbox());
    this.outbox = new Outbox(limits.outbox());
    this.received = new TextParts(limits.maxFrame());
    this.version = ProtocolVersion.of(session.getNegotiatedSubprotocol());
    this.sender = new PacketSender(outbox, version, transport, workers, new Sending());
  }

  /** Keeps the connection with its session. */
  static void attach(WebSocketConnection connection, Session session) {
    session.getUserProperties().put(ATTRIBUTE, connection);
  }

  /**
   * The connection of a session; null where it was refused, or where it has ended and the container
   * does not give out its properties any more.
   */
  static @Nullable WebSocketConnection of(Session session) {
    try {
      return (WebSocketConnection) session.getUserProperties().get(ATTRIBUTE);
    } catch (IllegalStateException e) { // Tomcat, out of its onError
      return null;
    }
  }

  /** Has a line logged as one about this connection. */
  void logging(Runnable line) {
    LogContext.run(id(), user.getName(), line);
  }

  @Override
  public String id() {
    return session.getId();
  }

  @Override
  public UserPrincipal user() {
    return user;
  }

  @Override
  public boolean isOpen() {
    return outbox.isOpen();
  }

  @Override
  public void send(Response packet) {
    send(List.of(packet));
  }

  @Override
  public void send(List<? extends Response> packets) {
    List<? extends Response> allowed = allowed(packets);
    for (int from = 0; from < allowed.size(); from += step) {
      add(allowed.subList(from, Math.min(from + step, allowed.size())));
    }
    if (allowed.size() < packets.size()) {
      close(CloseCode.TOO_MANY_FAILURES);
    }
    unanswered.answered(answers(packets));
  }

  /** Those before one that makes it too many failures. */
  private List<? extends Response> allowed(List<? extends Response> packets) {
    for (int i = 0; i < packets.size(); i++) {
      if (!maySend(packets.get(i))) {
        return packets.subList(0, i);
      }
    }
    return packets;
  }

  private static int answers(List<? extends Response> packets) {
    int answers = 0;
    for (Response packet : packets) {
      if (packet instanceof Failure failure) {
        Meters.requestFailed(failure.code().name());
      }
      if (packet instanceof Answer) {
        answers++;
      }
    }
    return answers;
  }

  /** A read-ack was stored, which is the answer to it. */
  @Override
  public void marked(List<Mark> marks) {
    needsNoAnswer();
  }

  /** Takes note that a request which was taken gets no answer. */
  void needsNoAnswer() {
    unanswered.answered(1);
  }

  @Override
  public void sendIfNoneWaits(Response packet) {
    if (outbox.addIfEmpty(packet) == Outbox.Added.START) {
      sender.begin();
    }
  }

  /** To whom the answers to its requests are to be given; itself unless it is set. */
  Requester requester() {
    return requester;
  }

  /** To be called before the first request. */
  void setRequester(Requester requester) {
    this.requester = requester;
  }

  /** Which version of the protocol its client speaks. */
  ProtocolVersion version() {
    return version;
  }

  /**
   * Takes in a part of a text, on the one thread at a time on which the container hands over what
   * the client sends; closes the connection where the text is too long.
   *
   * @return the text, where this is its last part; else null
   */
  @Nullable String complete(String part, boolean last) {
    if (!isOpen()) {
      return null; // nothing is kept for it
    }
    TextParts.Added added = received.add(part, last);
    if (added instanceof TextParts.Added.TooLong) {
      close(CloseCode.FRAME_TOO_LARGE);
    }
    return added instanceof TextParts.Added.Complete complete ? complete.text() : null;
  }

  /**
   * Takes note of a request, which is then to be answered. Returns false where it is to be passed
   * over, since the connection is closed or is about to be.
   */
  boolean takeRequest() {
    return isOpen() && unanswered.take();
  }

  @Override
  public void closeWhenAnswered(CloseCode code) {
    workers.runIn(ANSWER_TIMEOUT, () -> close(code), this::isOpen);
    unanswered.end(() -> close(code));
  }

  private boolean maySend(Response packet) {
    if (!(packet instanceof Failure failure) || !failure.code().countsAgainstClient()) {
      return true;
    }
    logging(
        () ->
            LOG.log(
                Level.INFO, "failure {0} on {1} user={2}", failure.code(), id(), user.getName()));
    return failures.count();
  }

  private void add(List<? extends Response> packets) {
    switch (outbox.add(packets)) {
      case START -> sender.begin();
      case OVERFLOW -> closeIn(SLOW_CLOSE_FLUSH_TIMEOUT, CloseCode.TOO_SLOW);
      case QUEUED, REFUSED -> {
        // another thread sends them, or they are dropped
      }
    }
  }

  /** What becomes of the packets that were sent. */
  private final class Sending implements PacketSender.Listener {

    /** A client that takes the packet for which a ping was held back lives, if slowly. */
    @Override
    public void written() {
      if (pingHeldBack.compareAndSet(true, false)) {
        unansweredPings.set(0);
      }
    }

    @Override
    public void drained(long nanos) {
      if (outbox.hasEnded()) {
        return;
      }
      Meters.written(nanos);
      Runnable task = outbox.takeWhenDrained();
      CloseCode code = outbox.closedWith();
      if (code != null) {
        workers.runForClient(() -> closeNow(code, false));
      } else if (task != null) {
        task.run();
      }
    }

    /** None may follow it, and the client gets it again when it connects again. */
    @Override
    public void broken(Throwable error) {
      LOG.log(Level.DEBUG, "sending on {0}: {1}", id(), error.toString());
      isBroken = true;
      if (end()) {
        CloseCode closedWith = outbox.closedWith();
        CloseCode code = closedWith == null ? CloseCode.TOO_SLOW : closedWith;
        workers.runForClient(() -> sendClose(code, true));
      }
    }
  }

  @Override
  public int queued() {
    return outbox.weight();
  }

  @Override
  public void whenDrained(Runnable task) {
    if (!outbox.whenDrained(task)) {
      task.run();
    }
  }

  @Override
  public void ping() {
    if (!isPingHeldBack() && isOpen() && !pingWaits.getAndSet(true)) {
      workers.runForClient(this::sendPing);
    }
  }

  /**
   * Whether a packet is on its way, which shows as well as a ping would whether the client takes
   * anything. Then the ping counts as sent.
   */
  private boolean isPingHeldBack() {
    if (!outbox.isSending()) {
      return false;
    }
    unansweredPings.incrementAndGet();
    pingHeldBack.set(true);
    if (outbox.isSending() || !pingHeldBack.compareAndSet(true, false)) {
      return true;
    }
    unansweredPings.set(0); // it was written between the two looks
    return false;
  }

  /** Counts the ping only now: while it waited for a thread, no client could answer it. */
  private void sendPing() {
    pingWaits.set(false);
    if (!isOpen()) {
      return;
    }
    unansweredPings.incrementAndGet();
    try {
      transport.ping();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "pinging {0}: {1}", id(), e.toString());
    }
  }

  /** The client answered. */
  void pong() {
    unansweredPings.set(0);
  }

  @Override
  public int unansweredPings() {
    return unansweredPings.get();
  }

  @Override
  public void close(CloseCode code) {
    CloseCode first = outbox.close(code);
    if (first == null) {
      return;
    }
    if (outbox.isSending()) { // at a stop not for longer, either, where it is too slow
      closeIn(CLOSE_FLUSH_TIMEOUT, first);
    } else {
      workers.runForClient(() -> closeNow(first, false));
    }
  }

  /** When what is queued, or on its way, has had its time; unless it is written before. */
  private void closeIn(Duration delay, CloseCode code) {
    workers.runIn(
        delay, () -> workers.runForClient(() -> closeNow(code, true)), () -> !outbox.hasEnded());
  }

  private void closeNow(CloseCode code, boolean slow) {
    if (end()) {
      sendClose(code, slow);
    }
  }

  /** Has nothing more handed to the container. Returns false where that was so before. */
  private boolean end() {
    boolean first = outbox.end();
    if (first) {
      sender.end();
    }
    return first;
  }

  /** May wait for the client, on some containers. */
  private void sendClose(CloseCode code, boolean slow) {
    // First: when the server stops, no more is taken once the last session has ended.
    workers.runIn(
        Transports.LINGER, () -> workers.runForClient(this::abort), () -> !transport.hasEnded());
    try {
      transport.close(new CloseReason(CloseCodes.getCloseCode(code.code()), code.reason()), slow);
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "closing {0}: {1}", id(), e.toString());
    }
  }

  private void abort() {
    try {
      transport.abort();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "aborting {0}: {1}", id(), e.toString());
    }
  }

  /** Takes note that the session has ended. */
  void ended() {
    var unused = end();
  }

  /** Whether this server has ended the connection, and not its client or the network. */
  boolean isClosedByServer() {
    return outbox.closedWith() != null;
  }

  /**
   * The code with which this server ended the connection; else the one given, but 1006 (RFC 6455,
   * section 7.4.1) in place of the one that is sent where a packet could not be written: hardly any
   * such client gets it.
   */
  int closeCodeOr(int received) {
    CloseCode code = outbox.closedWith();
    if (code != null) {
      return code.code();
    }
    return isBroken && received == CloseCode.TOO_SLOW.code()
        ? CloseCodes.CLOSED_ABNORMALLY.getCode()
        : received;
  }
}
