package imserver.session;

import imserver.packet.CloseCode;
import imserver.packet.Response;

/**
 * A client's connection, as the rest of the application sees it.
 *
 * <p>Every method may be called from any thread at any time, also after the connection has closed
 * (then it does nothing), and none waits for the client. Packets reach the client in the order of
 * the {@link #send} calls, each at most once; what was not written when the connection ends is lost
 * with it.
 */
public interface Connection extends Requester {

  /** The name of this connection in the log; unique in this process. */
  String id();

  /** Whether packets are still taken. */
  boolean isOpen();

  /** Queues a packet; closes with {@link CloseCode#TOO_SLOW} where the queue is full. */
  @Override
  void send(Response packet);

  /** Queues a packet where none is queued; else drops it. */
  void sendIfNoneWaits(Response packet);

  /** How many packets are queued; a long one counts for several. */
  int queued();

  /**
   * Runs {@code task} once, as soon as every queued packet has been written: at once, on the
   * calling thread, where none is queued; else on a thread of the container, so it must not wait.
   * Replaces a task that has not run yet.
   */
  void whenDrained(Runnable task);

  /**
   * Sends a ping soon, unless one waits to be sent, or a packet that is being written already shows
   * whether the client lives.
   */
  void ping();

  /**
   * How many pings were sent since the last pong, or were held back and no packet was written
   * since.
   */
  int unansweredPings();

  /**
   * Takes no more packets, and closes when those that are queued are written, or after a few
   * seconds if the client does not take them. A client that does not read or answer ({@link
   * CloseCode#TOO_SLOW}, {@link CloseCode#NO_PONG}) is closed at once.
   */
  void close(CloseCode code);

  /**
   * Takes no more requests, and {@linkplain #close closes} when those that were taken are answered,
   * or after a few seconds.
   */
  void closeWhenAnswered(CloseCode code);
}
