package imserver.bench;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * A sender and its recipient. Checks that each message is acknowledged once, and received once, in
 * order and as it was sent.
 */
final class Pair {

  /** The most messages in flight. */
  private static final int RING = 1 << 14;

  /** What becomes of messages. */
  enum Kind {
    /** They are received: a message is complete when it is acknowledged and received. */
    READING,
    /**
     * The recipient does not read: one is complete when it is acknowledged, and nothing is
     * measured.
     */
    STUCK,
    /** The recipient has blocked the sender: one is complete when it is acknowledged. */
    BLOCKED
  }

  private static final byte ACKNOWLEDGED = 1;
  private static final byte RECEIVED = 2;
  private static final int SMALL = 8192;

  private final Meter meter;

  private final Kind kind;

  private final long recipientId;
  private final byte[] packet;
  private final int digits;
  private final Sequence acknowledgements;
  private final Sequence messages;
  private final ClientSocket sender;
  private final ClientSocket recipient;

  /** By number modulo {@link #RING}: when it was to be sent, and what has come of it. */
  private final long[] sent = new long[RING];

  private final byte[] state = new byte[RING];

  private long next;
  private long nextReceived;
  private long complete;
  private int window;
  private String recipientEnd = "";

  /** Null where the recipient marks nothing as read. */
  private ReadAcks readAcks;

  Pair(
      Loop loop,
      int senderPort,
      long senderId,
      int recipientPort,
      long recipientId,
      Meter meter,
      Kind kind)
      throws IOException {
    this.meter = meter;
    this.kind = kind;
    this.recipientId = recipientId;
    String head = Sequence.request(recipientId);
    digits = Sequence.bytes(head).length;
    packet = Sequence.bytes(head + "0".repeat(Sequence.DIGITS) + "\",\"Describe\":\"\"}");
    acknowledgements = Sequence.acknowledgements(senderId);
    messages = Sequence.messages(senderId, recipientId);
    CompletableFuture<ClientSocket> openingRecipient =
        ClientSocket.open(
            loop, recipientPort, recipientId, new Recipient(), kind == Kind.STUCK ? SMALL : 0);
    CompletableFuture<ClientSocket> openingSender =
        ClientSocket.open(loop, senderPort, senderId, new Sender());
    recipient = openingRecipient.join();
    sender = openingSender.join();
    if (kind == Kind.STUCK) {
      recipient.reading(false);
    }
  }

  /** Has the recipient mark what he gets as read, so many messages with a read-ack. */
  synchronized void markRead(int together) {
    readAcks = new ReadAcks(together);
  }

  /** Marks what was received and is not marked yet. */
  synchronized void markTheRest() throws IOException {
    readAcks.flush(recipient);
    recipient.flush();
  }

  long recipientId() {
    return recipientId;
  }

  /** Keeps so many messages in flight from now on; 0 ends that. */
  synchronized void keepInFlight(int messages) throws IOException {
    window = messages;
    fill(System.nanoTime());
    sender.flush();
  }

  private void fill(long now) {
    while (next - complete < window) {
      append(now);
    }
  }

  /** Sends one message, which was to be sent at that time. */
  synchronized void send(long intended) throws IOException {
    if (next - complete >= RING) {
      throw new IOException("the server cannot keep up: " + RING + " messages in flight");
    }
    append(intended);
    sender.flush();
  }

  private void append(long intended) {
    int slot = (int) next & (RING - 1);
    sent[slot] = intended;
    state[slot] = 0;
    Sequence.number(packet, digits, next++);
    sender.append(packet);
  }

  private void mark(long number, byte what, long now) {
    int slot = (int) number & (RING - 1);
    state[slot] |= what;
    if (state[slot] == (kind == Kind.READING ? ACKNOWLEDGED | RECEIVED : ACKNOWLEDGED)) {
      complete++;
      if (kind != Kind.STUCK) {
        meter.complete(now);
      }
      fill(now);
    }
  }

  /** Nothing is in flight. */
  synchronized boolean isDone() {
    return complete == next;
  }

  synchronized long sent() {
    return next;
  }

  synchronized long received() {
    return nextReceived;
  }

  /** How the recipient's connection ended, "" while it has not. */
  synchronized String recipientEnd() {
    return recipientEnd;
  }

  /** Has a recipient read that did not. */
  void readAtLast() {
    recipient.reading(true);
  }

  void close() throws IOException {
    sender.close();
    recipient.close();
  }

  private final class Sender implements ClientSocket.Receiver {

    @Override
    public void text(byte[] bytes, int offset, int length) {
      long now = System.nanoTime();
      synchronized (Pair.this) {
        long number = acknowledgements.number(bytes, offset, length);
        if (number < next - RING
            || number < 0
            || number >= next
            || (state[(int) number & (RING - 1)] & ACKNOWLEDGED) != 0) {
          meter.violation(
              "no answer to what is in flight: " + ClientSocket.text(bytes, offset, length));
          return;
        }
        if (kind != Kind.STUCK) {
          meter.acknowledged(sent[(int) number & (RING - 1)], now);
        }
        mark(number, ACKNOWLEDGED, now);
      }
    }

    @Override
    public void ended(String how) {
      meter.violation("a sender's connection ended: " + how);
    }
  }

  private final class Recipient implements ClientSocket.Receiver {

    @Override
    public void text(byte[] bytes, int offset, int length) {
      long now = System.nanoTime();
      synchronized (Pair.this) {
        long number = messages.number(bytes, offset, length);
        if (number != nextReceived || number >= next || kind == Kind.BLOCKED) {
          meter.violation(
              "not message " + nextReceived + ": " + ClientSocket.text(bytes, offset, length));
          return;
        }
        nextReceived++;
        if (readAcks != null) {
          readAcks.received(bytes, offset, length, recipient);
        }
        if (kind == Kind.READING) {
          meter.received(sent[(int) number & (RING - 1)], now);
          mark(number, RECEIVED, now);
        }
      }
    }

    @Override
    public void idle() {
      try {
        synchronized (Pair.this) {
          if (next > 0) {
            sender.flush();
          }
        }
      } catch (IOException e) {
        meter.violation("a sender's connection ended: " + e);
      }
    }

    @Override
    public void ended(String how) {
      synchronized (Pair.this) {
        recipientEnd = how;
      }
      if (kind != Kind.STUCK) {
        meter.violation("a recipient's connection ended: " + how);
      }
    }
  }
}
