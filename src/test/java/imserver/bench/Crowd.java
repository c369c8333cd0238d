package imserver.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Many users who connect at once, and read what is waiting for each. */
final class Crowd implements AutoCloseable {

  /**
   * How many may be on their way to a connection: fewer than fit into the servers' backlog of 100.
   */
  private static final int CONNECTING = 64;

  private static final long CONNECT_TIMEOUT = TimeUnit.SECONDS.toNanos(120);

  private final Loop loop = new Loop();
  private final Meter meter = new Meter();
  private final AtomicLong received = new AtomicLong();
  private final int port;

  Crowd(int port) throws IOException {
    this.port = port;
  }

  /** Connects so many users, for whom nothing is waiting. Returns how many seconds it took. */
  double connect(long firstUser, int count) throws IOException {
    long begin = System.nanoTime();
    open(firstUser, firstUser, count);
    return (System.nanoTime() - begin) / 1e9;
  }

  /**
   * Connects so many users and reads {@code each} messages that every one of them has from a sender
   * of his own. Returns how many seconds it took, from the first user's coming to the last message.
   */
  double drain(long firstSender, long firstUser, int count, int each) throws IOException {
    long all = (long) count * each;
    long begin = System.nanoTime();
    open(firstSender, firstUser, count);
    while (received.get() < all && !meter.isViolated()) {
      if (System.nanoTime() - begin > CONNECT_TIMEOUT) {
        meter.violation("lost: " + received + " of " + all + " unread messages came");
      }
      Load.sleepUntil(System.nanoTime() + 1_000_000);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Load.sleepUntil(System.nanoTime() + 300_000_000); // for what comes twice
    if (received.get() > all) {
      meter.violation("doubled: " + received + " instead of " + all + " unread messages came");
    }
    meter.check();
    return seconds;
  }

  private void open(long firstSender, long firstUser, int count) throws IOException {
    Semaphore room = new Semaphore(CONNECTING);
    List<CompletableFuture<ClientSocket>> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      room.acquireUninterruptibly();
      Reader reader = new Reader(Sequence.messages(firstSender + i, firstUser + i));
      CompletableFuture<ClientSocket> socket = ClientSocket.open(loop, port, firstUser + i, reader);
      sockets.add(socket.whenComplete((opened, failure) -> room.release()));
    }
    sockets.forEach(CompletableFuture::join);
  }

  @Override
  public void close() {
    loop.close();
    meter.check();
  }

  private final class Reader implements ClientSocket.Receiver {

    private final Sequence messages;
    private long next;

    Reader(Sequence messages) {
      this.messages = messages;
    }

    @Override
    public void text(byte[] bytes, int offset, int length) {
      if (messages.number(bytes, offset, length) != next) {
        meter.violation("not message " + next + ": " + ClientSocket.text(bytes, offset, length));
      }
      next++;
      received.incrementAndGet();
    }

    @Override
    public void ended(String how) {
      meter.violation("a connection ended: " + how);
    }
  }
}
