package imserver.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * Many senders, of whom each next one is drawn at random. Each has a recipient of his own who is
 * not connected: so the rows that a message is about were used long ago. Checks that each message
 * is acknowledged once; a message is complete then.
 */
final class Drawn implements Clients {

  /** How many may be on their way to a connection, as in {@link Crowd}. */
  private static final int CONNECTING = 64;

  private final Loop loop = new Loop();
  private final Meter meter = new Meter();
  private final List<Sender> senders = new ArrayList<>();
  private final Random random = new Random(1);
  private final int pairs;
  private int inFlight;
  private int wanted;
  private long sent;

  /**
   * Connects the senders.
   *
   * @param count how many
   * @param pairs for how many at a time a window is meant
   */
  Drawn(int port, int count, int pairs, Users users) throws IOException {
    this.pairs = pairs;
    Semaphore room = new Semaphore(CONNECTING);
    List<CompletableFuture<ClientSocket>> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      room.acquireUninterruptibly();
      Sender sender = new Sender(users.next(), users.next());
      senders.add(sender);
      CompletableFuture<ClientSocket> socket = ClientSocket.open(loop, port, sender.id, sender);
      sockets.add(socket.whenComplete((opened, failure) -> room.release()));
    }
    for (int i = 0; i < count; i++) {
      senders.get(i).socket = sockets.get(i).join();
    }
  }

  @Override
  public Meter closedLoop(int window, double warmUp, double seconds) throws IOException {
    keepInFlight(window * pairs);
    Load.sleepUntil(System.nanoTime() + Load.nanos(warmUp));
    meter.start(Load.nanos(seconds));
    Load.sleepUntil(System.nanoTime() + Load.nanos(seconds));
    keepInFlight(0);
    long deadline = System.nanoTime() + Load.DRAIN;
    while (!isDone() && !meter.isViolated()) {
      if (System.nanoTime() > deadline) {
        meter.violation("lost: not all is acknowledged " + Load.DRAIN / 1e9 + " s later");
      }
      Load.sleepUntil(System.nanoTime() + 10_000_000);
    }
    meter.check();
    return meter;
  }

  private synchronized boolean isDone() {
    return inFlight == 0;
  }

  private synchronized void keepInFlight(int messages) throws IOException {
    wanted = messages;
    fill();
  }

  private void fill() throws IOException {
    while (inFlight < wanted) {
      Sender next = senders.get(random.nextInt(senders.size()));
      if (!next.waits) {
        inFlight++;
        sent++;
        next.send();
      }
    }
  }

  @Override
  public synchronized long sent() {
    return sent;
  }

  @Override
  public void close() {
    loop.close();
  }

  /** One who has one message in flight at most. */
  private final class Sender implements ClientSocket.Receiver {

    private final long id;
    private final byte[] packet;
    private final int digits;
    private final Sequence acknowledgements;
    private ClientSocket socket;
    private boolean waits;
    private long number = -1;
    private long sentAt;

    Sender(long id, long recipient) {
      this.id = id;
      String head = Sequence.request(recipient);
      digits = Sequence.bytes(head).length;
      packet = Sequence.bytes(head + "0".repeat(Sequence.DIGITS) + "\",\"Describe\":\"\"}");
      acknowledgements = Sequence.acknowledgements(id);
    }

    void send() throws IOException {
      waits = true;
      sentAt = System.nanoTime();
      Sequence.number(packet, digits, ++number);
      socket.append(packet);
      socket.flush();
    }

    @Override
    public void text(byte[] bytes, int offset, int length) {
      long now = System.nanoTime();
      synchronized (Drawn.this) {
        if (!waits || acknowledgements.number(bytes, offset, length) != number) {
          meter.violation(
              "no answer to what is in flight: " + ClientSocket.text(bytes, offset, length));
          return;
        }
        waits = false;
        inFlight--;
        meter.acknowledged(sentAt, now);
        meter.complete(now);
        try {
          fill();
        } catch (IOException e) {
          meter.violation("a sender's connection ended: " + e);
        }
      }
    }

    @Override
    public void ended(String how) {
      meter.violation("a sender's connection ended: " + how);
    }
  }
}
