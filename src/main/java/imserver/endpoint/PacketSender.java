package imserver.endpoint;

import imserver.container.Transport;
import imserver.packet.Response;
import imserver.session.Workers;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the packets out of an {@link Outbox} and hands them to the container, one at a time: when
 * one is written the next follows, on whatever thread reports it. Where the transport can, packets
 * that wait are gathered and written together. Who sends goes on with what others add meanwhile,
 * until nothing waits or the socket takes no more.
 *
 * <p>Its state belongs to the sender of the outbox and has no lock; only {@link #end} is for any
 * thread.
 */
final class PacketSender {

  /** Learns what becomes of the packets. Called without a lock; must not wait. */
  interface Listener {

    /** The container has written what was sent: the client reads, if slowly. */
    void written();

    /**
     * Nothing waits or is on its way any more, or the outbox has ended.
     *
     * @param nanos since the sending began that ends here
     */
    void drained(long nanos);

    /** A packet could not be written. */
    void broken(Throwable error);
  }

  /** How many packets are written at once at most, where the container can. */
  static final int MAX_UNFLUSHED = 32;

  /** How many bytes are written at once at most, unless a packet is larger. */
  private static final int MAX_UNFLUSHED_BYTES = 8192;

  /** The header of a frame from a server (RFC 6455, section 5.2). */
  private static final int MAX_FRAME_HEADER = 10;

  private final Outbox outbox;
  private final ProtocolVersion version;
  private final Transport transport;
  private final ContainerCall call;
  private final Listener listener;

  /** How many packets are gathered, and their bytes. */
  private int unflushed;

  private int unflushedBytes;

  /** When what is being sent began, a time of {@link System#nanoTime}. */
  private long began;

  /** A packet that has left the outbox and waits until what is gathered is written. */
  private @Nullable String held;

  PacketSender(
      Outbox outbox,
      ProtocolVersion version,
      Transport transport,
      Workers workers,
      Listener listener) {
    this.version = version;
    this.outbox = outbox;
    this.transport = transport;
    this.call = new ContainerCall(workers);
    this.listener = listener;
  }

  /** Sends what is in the outbox, for who has become its sender just now. */
  void begin() {
    began = System.nanoTime();
    send();
  }

  /**
   * Sends what is in the outbox, for its sender. Where the container reports a packet as written
   * before the call returns, this goes round in a loop; where it reports later, the report goes on.
   * Never one within the other: the stack would grow with the queue.
   */
  private void send() {
    boolean reported = true;
    while (reported) {
      long since = began; // while it is still this one's
      if (!outbox.continueSending(held != null || unflushed > 0)) {
        listener.drained(System.nanoTime() - since);
        return;
      }
      if (held == null && unflushed < MAX_UNFLUSHED) {
        Response packet = outbox.poll();
        held = packet == null ? null : version.write(packet);
      }
      if (held != null) {
        reported = sendOrFlush(held);
      } else if (unflushed > 0) {
        reported = flush();
      }
    }
  }

  /** Returns whether the container is done with it. */
  private boolean sendOrFlush(String packet) {
    int bytes = MAX_FRAME_HEADER + Utf8.length(packet);
    boolean fits = unflushedBytes + bytes <= MAX_UNFLUSHED_BYTES;
    if (unflushed > 0 && !fits) {
      return flush();
    }
    held = null;
    boolean gathered = unflushed > 0 || (fits && !outbox.isEmpty() && transport.gather());
    unflushed += gathered ? 1 : 0;
    unflushedBytes += gathered ? bytes : 0;
    return new Transmission(!gathered).start(handler -> transport.send(packet, handler));
  }

  /** Returns whether what was gathered is written. */
  private boolean flush() {
    unflushed = 0;
    unflushedBytes = 0;
    return new Transmission(true).start(transport::flush);
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
    boolean start(Consumer<SendHandler> write) {
      try {
        if (!call.run(() -> write.accept(this))) {
          return true;
        }
      } catch (RuntimeException e) { // closed in the meantime
        listener.broken(e);
        return true;
      }
      return !met.compareAndSet(false, true);
    }

    @Override
    public void onResult(SendResult result) {
      if (!result.isOK()) {
        listener.broken(result.getException());
      } else if (showsLife) {
        listener.written();
      }
      if (!met.compareAndSet(false, true)) {
        send();
      }
    }
  }

  /** Hands nothing more to the container, whose session has ended. For any thread. */
  void end() {
    call.end();
  }
}
