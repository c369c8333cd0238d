package imserver.endpoint;

import imserver.auth.UserPrincipal;
import imserver.config.Config;
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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket session with a bounded queue of packets, of which one at a time is on its way: when
 * it is written the next follows, on whatever thread of the container reports it. A client that
 * does not read costs its queue, no more.
 */
final class WebSocketConnection implements Connection {

  private static final System.Logger LOG = System.getLogger(WebSocketConnection.class.getName());
  private static final String ATTRIBUTE = WebSocketConnection.class.getName();
  private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0).asReadOnlyBuffer();

  /**
   * How long a client may take to read what is queued for it when the connection is to be closed.
   */
  private static final Duration FLUSH = Duration.ofSeconds(3);

  /**
   * How many packets are written at once at most, where the container can: about what Tomcat's
   * buffer takes.
   */
  private static final int MAX_BATCH = 32;

  private final Session session;
  private final UserPrincipal user;
  private final Workers workers;
  private final int maxOutbox;
  private final Batching batching;

  /** How many packets are gathered; for whoever is sending. */
  private int batched;

  /** Guards what follows. Nothing of the container is called under it. */
  private final Object lock = new Object();

  private final Queue<Response> outbox = new ArrayDeque<>();
  private boolean sending;
  private @Nullable Runnable whenDrained;
  private @Nullable Bucket failures;
  private @Nullable CloseCode closedWith;
  private boolean ended;
  private boolean pingHeldBack;

  private final AtomicInteger unansweredPings = new AtomicInteger();

  WebSocketConnection(
      Session session,
      UserPrincipal user,
      Config.Limits limits,
      Workers workers,
      Batching batching) {
    this.session = session;
    this.batching = batching;
    this.user = user;
    this.workers = workers;
    this.maxOutbox = limits.outbox();
  }

  /** Keeps the connection with its session. */
  static void attach(WebSocketConnection connection, Session session) {
    session.getUserProperties().put(ATTRIBUTE, connection);
  }

  /** The connection of a session. */
  static WebSocketConnection of(Session session) {
    return (WebSocketConnection)
        Objects.requireNonNull(session.getUserProperties().get(ATTRIBUTE), "not attached");
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
    int step = Math.min(MAX_BATCH, maxOutbox); // while one batch is written, the next is added
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
      workers.runIn(FLUSH, () -> endSession(CloseCode.TOO_SLOW));
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
        packet = batched < MAX_BATCH ? outbox.poll() : null;
        othersWait = !outbox.isEmpty();
        sending = packet != null || batched > 0;
      }
      if (packet != null) {
        more = send(packet, othersWait);
      } else if (batched > 0) {
        more = flush();
      } else {
        more = false;
        drained();
      }
    }
  }

  /** Returns whether the container is done with the packet. */
  private boolean send(Response packet, boolean othersWait) {
    boolean gathered = batched > 0 || (othersWait && batching.begin());
    batched += gathered ? 1 : 0;
    return new Transmission(!gathered)
        .start(handler -> session.getAsyncRemote().sendObject(packet, handler));
  }

  /** Returns whether what was gathered is written. */
  private boolean flush() {
    batched = 0;
    return new Transmission(true).start(batching::flush);
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
      workers.run(() -> endSession(code));
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

    /** Returns whether it was reported within the call. */
    boolean start(Consumer<SendHandler> call) {
      try {
        call.accept(this);
      } catch (RuntimeException e) { // closed in the meantime
        LOG.log(Level.DEBUG, "sending on {0}: {1}", id(), e.toString());
        return true;
      }
      return !met.compareAndSet(false, true);
    }

    @Override
    public void onResult(SendResult result) {
      if (result.isOK() && showsLife) {
        written();
      }
      if (!met.compareAndSet(false, true)) {
        sendNext();
      }
    }
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
    try {
      session.getAsyncRemote().sendPing(NO_DATA);
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
    synchronized (lock) {
      if (closedWith != null || ended) {
        return;
      }
      closing(code);
      flush = sending;
    }
    if (flush) {
      workers.runIn(FLUSH, () -> endSession(code));
    } else {
      workers.run(() -> endSession(code));
    }
  }

  private void closing(CloseCode code) {
    closedWith = code;
    if (code == CloseCode.TOO_SLOW || code == CloseCode.NO_PONG) {
      outbox.clear(); // what is on its way may still arrive, and with it the reason
    }
  }

  /** May wait for the client, on some containers. */
  private void endSession(CloseCode code) {
    synchronized (lock) {
      if (ended) {
        return;
      }
      end();
    }
    try {
      session.close(new CloseReason(CloseCodes.getCloseCode(code.code()), code.reason()));
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "closing {0}: {1}", id(), e.toString());
    }
  }

  private void end() {
    ended = true;
    outbox.clear();
    whenDrained = null;
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
