package imserver.endpoint;

import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.container.Transport;
import imserver.container.Transports;
import imserver.packet.CloseCode;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.session.Connection;
import imserver.session.Workers;
import io.github.bucket4j.Bucket;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket session with a bounded queue of packets, of which one at a time is on its way: when
 * it is written the next follows, on whatever thread of the container reports it. A client that
 * does not read costs its queue, no more.
 *
 * <p>Once the session has ended, or a packet could not be written, the container is not called for
 * another one: Tomcat would have the caller wait for a write that will never end.
 */
final class WebSocketConnection implements Connection {

  private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());
  private static final String ATTRIBUTE = WebSocketConnection.class.getName();

  /**
   * How long a client may take to read what is queued for it when the connection is to be closed
   * (PROTOCOL.md, section 9).
   */
  private static final Duration CLOSE_FLUSH_TIMEOUT = Duration.ofSeconds(2);

  /**
   * The same for one that is too slow: its queue is dropped, but it has a whole buffer of the
   * system to read before it learns why the connection ends. Nobody waits for it, and nothing is
   * kept.
   */
  private static final Duration SLOW_CLOSE_FLUSH_TIMEOUT = Duration.ofSeconds(20);

  /** How long a call of the container may go on when its session has ended. */
  private static final Duration LAST_CALL = Duration.ofMillis(100);

  /** How many packets are written at once at most, where the container can. */
  private static final int MAX_UNFLUSHED = 32;

  /**
   * How many bytes are written at once at most: what Tomcat's buffer takes. More would be written
   * in the midst of gathering, and Tomcat's own pong or close would then wait for both.
   */
  private static final int MAX_UNFLUSHED_BYTES = 8192;

  /** The header of a frame from a server (RFC 6455, section 5.2). */
  private static final int MAX_FRAME_HEADER = 10;

  private final Session session;
  private final UserPrincipal user;
  private final Workers workers;
  private final int maxOutbox;
  private final Transport transport;

  /** How many packets are gathered, and their bytes; for whoever is sending. */
  private int unflushed;

  private int unflushedBytes;

  /** A packet that has left the queue and waits until what is gathered is written; the same. */
  private @Nullable String held;

  /** Guards what follows. Nothing of the container is called under it. */
  private final Object lock = new Object();

  private final Queue<Response> outbox = new ArrayDeque<>();
  private boolean sending;
  private @Nullable Runnable whenDrained;
  private @Nullable Bucket failures;
  private @Nullable CloseCode closedWith;
  private boolean ended;
  private boolean pingHeldBack;

  /** Who is calling the container to have something written, and the how manieth call it is. */
  private @Nullable Thread caller;

  private long calls;
  private boolean callerInterrupted;

  private final AtomicInteger unansweredPings = new AtomicInteger();

  WebSocketConnection(
      Session session,
      UserPrincipal user,
      Config.Limits limits,
      Workers workers,
      Transport transport) {
    this.session = session;
    this.transport = transport;
    this.user = user;
    this.workers = workers;
    this.maxOutbox = limits.outbox();
  }

  /** Keeps the connection with its session. */
  static void attach(WebSocketConnection connection, Session session) {
    session.getUserProperties().put(ATTRIBUTE, connection);
  }

  /**
   * The connection of a session; null where it was refused, or where the container lets nobody ask
   * any more, since it has ended.
   */
  static @Nullable WebSocketConnection of(Session session) {
    try {
      return (WebSocketConnection) session.getUserProperties().get(ATTRIBUTE);
    } catch (IllegalStateException e) { // Tomcat, out of its onError
      return null;
    }
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
    synchronized (lock) {
      return closedWith == null && !ended;
    }
  }

  @Override
  public void send(Response packet) {
    send(List.of(packet));
  }

  @Override
  public void send(List<? extends Response> packets) {
    List<? extends Response> allowed = packets.stream().takeWhile(this::maySend).toList();
    int step = Math.min(MAX_UNFLUSHED, maxOutbox); // while one part is written, the next is added
    for (int from = 0; from < allowed.size(); from += step) {
      add(allowed.subList(from, Math.min(from + step, allowed.size())));
    }
    if (allowed.size() < packets.size()) {
      close(CloseCode.TOO_MANY_FAILURES);
    }
  }

  private void add(List<? extends Response> packets) {
    boolean start;
    boolean overflow;
    synchronized (lock) {
      if (closedWith != null || ended) {
        return;
      }
      overflow = outbox.size() + packets.size() > maxOutbox;
      if (overflow) {
        closing(CloseCode.TOO_SLOW); // at once: no later packet may overtake what is left out
      } else {
        outbox.addAll(packets);
      }
      start = !sending && !overflow;
      sending |= start;
    }
    if (overflow) {
      endSessionIn(SLOW_CLOSE_FLUSH_TIMEOUT, CloseCode.TOO_SLOW);
    } else if (start) {
      sendNext();
    }
  }

  private boolean maySend(Response packet) {
    if (!(packet instanceof Failure failure) || !failure.code().countsAgainstClient()) {
      return true;
    }
    LOG.log(Level.INFO, "failure {0} on {1} user={2}", failure.code(), id(), user.getName());
    synchronized (lock) {
      if (failures == null) {
        int most = CloseCode.MAX_FAILURES_PER_MINUTE;
        failures =
            Bucket.builder()
                .addLimit(
                    limit -> limit.capacity(most).refillIntervally(most, Duration.ofMinutes(1)))
                .build();
      }
      return failures.tryConsume(1);
    }
  }

  /**
   * Sends what is queued. Where the container reports a packet as written before the call returns,
   * this goes round in a loop; where it reports later, the report goes on. Never one within the
   * other: the stack would grow with the queue.
   */
  private void sendNext() {
    boolean more = true;
    while (more) {
      Response packet;
      boolean othersWait;
      synchronized (lock) {
        if (ended) {
          sending = false;
          return;
        }
        packet = held == null && unflushed < MAX_UNFLUSHED ? outbox.poll() : null;
        othersWait = !outbox.isEmpty();
        sending = packet != null || held != null || unflushed > 0;
      }
      if (packet != null) {
        held = PacketEncoder.encode(packet);
      }
      if (held != null) {
        more = sendOrFlush(held, othersWait);
      } else if (unflushed > 0) {
        more = flush();
      } else {
        more = false;
        drained();
      }
    }
  }

  /** Returns whether the container is done with it. */
  private boolean sendOrFlush(String packet, boolean othersWait) {
    int bytes = MAX_FRAME_HEADER + Utf8.length(packet);
    boolean fits = unflushedBytes + bytes <= MAX_UNFLUSHED_BYTES;
    if (unflushed > 0 && !fits) {
      return flush();
    }
    held = null;
    boolean gathered = unflushed > 0 || (othersWait && fits && transport.gather());
    unflushed += gathered ? 1 : 0;
    unflushedBytes += gathered ? bytes : 0;
    return new Transmission(!gathered)
        .start(handler -> session.getAsyncRemote().sendText(packet, handler));
  }

  /** Returns whether what was gathered is written. */
  private boolean flush() {
    unflushed = 0;
    unflushedBytes = 0;
    return new Transmission(true).start(transport::flush);
  }

  /** A client that takes the packet for which a ping was held back lives, if slowly. */
  private void written() {
    synchronized (lock) {
      if (pingHeldBack) {
        pingHeldBack = false;
        unansweredPings.set(0);
      }
    }
  }

  private void drained() {
    Runnable task;
    CloseCode code;
    synchronized (lock) {
      task = whenDrained;
      whenDrained = null;
      code = closedWith;
    }
    if (code != null) {
      workers.runForClient(() -> endSession(code));
    } else if (task != null) {
      task.run();
    }
  }

  /** A packet, or what was gathered, on its way. */
  private final class Transmission implements SendHandler {

    /** Set by the first of the two that happen: the call returns, it is reported. */
    private final AtomicBoolean met = new AtomicBoolean();

    /** Whether the report says that the client takes what is sent: not of what is gathered. */
    private final boolean showsLife;

    Transmission(boolean showsLife) {
      this.showsLife = showsLife;
    }

    /** Returns whether it was reported within the call, or could not be called. */
    boolean start(Consumer<SendHandler> call) {
      if (!enter()) {
        return true;
      }
      try {
        call.accept(this);
      } catch (RuntimeException e) { // closed in the meantime
        broken(e);
        return true;
      } finally {
        leave();
      }
      return !met.compareAndSet(false, true);
    }

    @Override
    public void onResult(SendResult result) {
      if (!result.isOK()) {
        broken(result.getException());
      } else if (showsLife) {
        written();
      }
      if (!met.compareAndSet(false, true)) {
        sendNext();
      }
    }
  }

  /** Returns whether the container may be called. */
  private boolean enter() {
    synchronized (lock) {
      if (ended) {
        return false;
      }
      caller = Thread.currentThread();
      calls++;
      return true;
    }
  }

  private void leave() {
    synchronized (lock) {
      caller = null;
      if (callerInterrupted) {
        callerInterrupted = false;
        var unused = Thread.interrupted(); // it was for the call alone
      }
    }
  }

  /**
   * Gets a thread out of a call that does not return. Tomcat gives up a pong for which its client
   * leaves no room, but not the permit to write, and then ends the session: who begins to write
   * between the two would wait for that permit for ever.
   */
  private void interrupt(long call) {
    synchronized (lock) {
      if (caller != null && calls == call) {
        callerInterrupted = true;
        caller.interrupt();
      }
    }
  }

  /**
   * Ends a connection on which a packet could not be written: none may follow it, and the client
   * gets it again when it connects again.
   */
  private void broken(Throwable error) {
    LOG.log(Level.DEBUG, "sending on {0}: {1}", id(), error.toString());
    CloseCode code;
    synchronized (lock) {
      if (ended) {
        return;
      }
      code = closedWith == null ? CloseCode.TOO_SLOW : closedWith;
      end();
    }
    workers.runForClient(() -> closeSession(code));
  }

  @Override
  public void whenDrained(Runnable task) {
    synchronized (lock) {
      if (sending) {
        whenDrained = task;
        return;
      }
    }
    task.run();
  }

  @Override
  public void ping() {
    unansweredPings.incrementAndGet();
    synchronized (lock) {
      pingHeldBack = sending;
      if (sending || closedWith != null || ended) {
        return;
      }
    }
    workers.runForClient(this::sendPing);
  }

  private void sendPing() {
    synchronized (lock) {
      if (closedWith != null || ended) {
        return;
      }
    }
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
    boolean flush;
    CloseCode first;
    synchronized (lock) {
      if (ended || (closedWith != null && code != CloseCode.GOING_AWAY)) {
        return;
      }
      if (closedWith == null) {
        closing(code);
      }
      first = closedWith == null ? code : closedWith;
      flush = sending;
    }
    if (flush) {
      endSessionIn(
          CLOSE_FLUSH_TIMEOUT, first); // a stop does not wait for one that is too slow, either
    } else {
      workers.runForClient(() -> endSession(first));
    }
  }

  /** When what is queued, or on its way, has had its time; unless it is written before. */
  private void endSessionIn(Duration delay, CloseCode code) {
    workers.runIn(delay, () -> workers.runForClient(() -> endSession(code)), () -> !hasEnded());
  }

  private boolean hasEnded() {
    synchronized (lock) {
      return ended;
    }
  }

  private void closing(CloseCode code) {
    closedWith = code;
    if (code == CloseCode.TOO_SLOW || code == CloseCode.NO_PONG) {
      outbox.clear(); // what is on its way may still arrive, and with it the reason
    }
  }

  private void endSession(CloseCode code) {
    synchronized (lock) {
      if (ended) {
        return;
      }
      end();
    }
    closeSession(code);
  }

  /** May wait for the client, on some containers. */
  private void closeSession(CloseCode code) {
    // First: when the server stops, no more is taken once the last session has ended.
    workers.runIn(
        Transports.LINGER, () -> workers.runForClient(this::cut), () -> !transport.isOver());
    try {
      transport.close(new CloseReason(CloseCodes.getCloseCode(code.code()), code.reason()));
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "closing {0}: {1}", id(), e.toString());
    }
  }

  private void cut() {
    try {
      transport.cut();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "cutting {0}: {1}", id(), e.toString());
    }
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    outbox.clear();
    whenDrained = null;
    if (caller != null) {
      long call = calls;
      workers.runIn(LAST_CALL, () -> interrupt(call));
    }
  }

  /** Takes note that the session has ended. */
  void closed() {
    synchronized (lock) {
      end();
    }
  }

  /** The code with which this server ended the connection, else the one given. */
  int closeCodeOr(int received) {
    synchronized (lock) {
      return closedWith == null ? received : closedWith.code();
    }
  }
}
