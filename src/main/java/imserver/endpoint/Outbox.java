package imserver.endpoint;

import imserver.packet.CloseCode;
import imserver.packet.Response;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The packets that wait for one client, in order and up to a bound, and whether more are taken. It
 * calls no other object: {@link WebSocketConnection} adds packets and acts on what this returns,
 * {@link PacketSender} takes them out.
 *
 * <p>It is open at first. It is closed with a code: then it takes no more packets, and still gives
 * out those that wait. It has ended when the session has, or when a packet could not be written:
 * then it gives out none.
 *
 * <p>There is one sender at a time: the thread to which {@link #add} returned {@link Added#START},
 * or one to which that has handed over, until {@link #continueSending} returns false to it.
 *
 * <p>Safe for use by several threads; no method waits. The lock of this object guards all of it.
 */
final class Outbox {

  /** What became of packets that were to be added. */
  enum Added {
    /** They wait; the caller is the sender now. */
    START,
    /** They wait; another thread is the sender. */
    QUEUED,
    /** There was no room for all: none is taken, and the outbox is closed now. */
    OVERFLOW,
    /** The outbox was not open: they are dropped. */
    REFUSED
  }

  private final int capacity;
  private final Queue<Response> queue = new ArrayDeque<>();

  /** As how many ordinary packets those in the queue count. */
  private int weight;

  private boolean sending;
  private @Nullable Runnable whenDrained;
  private @Nullable CloseCode closedWith;
  private boolean ended;

  /**
   * An empty outbox.
   *
   * @param capacity how many packets may wait, without those that the sender has taken; a long one
   *     counts for several ({@link Response#weight})
   */
  Outbox(int capacity) {
    this.capacity = capacity;
  }

  /** Adds all of the packets, or none. */
  synchronized Added add(List<? extends Response> packets) {
    if (closedWith != null || ended) {
      return Added.REFUSED;
    }
    int added = 0;
    for (Response packet : packets) {
      added += packet.weight();
    }
    boolean isFull = !queue.isEmpty() && weight + added > capacity; // one long packet always fits
    if (isFull || queue.size() + packets.size() > capacity) {
      closeWith(CloseCode.TOO_SLOW); // at once: no later packet may overtake what is left out
      return Added.OVERFLOW;
    }
    queue.addAll(packets);
    weight += added;
    if (sending) {
      return Added.QUEUED;
    }
    sending = true;
    return Added.START;
  }

  /** Adds a packet where none waits, though one may be on its way; else it is refused. */
  synchronized Added addIfEmpty(Response packet) {
    return queue.isEmpty() ? add(List.of(packet)) : Added.REFUSED;
  }

  /**
   * Whether the sender has more to do. Where it has not, it is the sender no more.
   *
   * @param unwritten whether it has taken out a packet which is not written
   */
  synchronized boolean continueSending(boolean unwritten) {
    sending = !ended && (unwritten || !queue.isEmpty());
    return sending;
  }

  /** Takes out the next packet, for the sender; null where none waits. */
  synchronized @Nullable Response poll() {
    Response packet = queue.poll();
    weight -= packet == null ? 0 : packet.weight();
    return packet;
  }

  /** As how many ordinary packets those count that wait. */
  synchronized int weight() {
    return weight;
  }

  synchronized boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Whether there is a sender: a packet waits, or is on its way. */
  synchronized boolean isSending() {
    return sending;
  }

  /**
   * Keeps {@code task} for {@link #takeWhenDrained}, in place of one that is kept; drops it where
   * the outbox has ended. Returns false, without keeping it, where nothing waits or is on its way.
   */
  synchronized boolean whenDrained(Runnable task) {
    if (sending && !ended) {
      whenDrained = task;
    }
    return sending;
  }

  /** The task that is kept, once; null where there is none. */
  synchronized @Nullable Runnable takeWhenDrained() {
    Runnable task = whenDrained;
    whenDrained = null;
    return task;
  }

  /**
   * Takes no more packets from now on. The first code counts.
   *
   * @return the code with which it is closed; null where it was closed before, so that nothing is
   *     to be done, unless {@code code} is {@link CloseCode#GOING_AWAY}; null also where it has
   *     ended
   */
  synchronized @Nullable CloseCode close(CloseCode code) {
    if (ended || (closedWith != null && code != CloseCode.GOING_AWAY)) {
      return null;
    }
    if (closedWith == null) {
      closeWith(code);
    }
    return closedWith;
  }

  private void closeWith(CloseCode code) {
    closedWith = code;
    if (code == CloseCode.TOO_SLOW || code == CloseCode.NO_PONG) {
      clear(); // what is on its way may still arrive, and with it the reason
    }
  }

  private void clear() {
    queue.clear();
    weight = 0;
  }

  /** Drops what waits, and gives out nothing more. Returns false where it had ended before. */
  synchronized boolean end() {
    if (ended) {
      return false;
    }
    ended = true;
    clear();
    whenDrained = null;
    return true;
  }

  /** Whether packets are still taken. */
  synchronized boolean isOpen() {
    return closedWith == null && !ended;
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  /** The code with which it is closed; null where it was not closed. */
  synchronized @Nullable CloseCode closedWith() {
    return closedWith;
  }
}
