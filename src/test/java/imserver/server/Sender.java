package imserver.server;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends numbered messages from one user to another, a few in flight, over as many connections as it
 * takes, and keeps the rule of PROTOCOL.md: what was not acknowledged is sent again, first and in
 * its order.
 */
final class Sender implements AutoCloseable {

  private static final int WINDOW = 16;

  /**
   * Until the next attempt. Eight threads that try without a pause double the time that a server
   * takes to start beside them.
   */
  private static final Duration BACKOFF = Duration.ofMillis(200);

  private final URI server;
  private final long from;
  private final long to;
  private final Duration pause;
  private final List<String> unanswered = new CopyOnWriteArrayList<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final List<Integer> closeCodes = new CopyOnWriteArrayList<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean fresh = true;
  private int next;
  private final Thread thread;

  Sender(URI server, long from, long to) {
    this(server, from, to, Duration.ZERO);
  }

  /**
   * With a rate.
   *
   * @param pause after each message that is new
   */
  Sender(URI server, long from, long to, Duration pause) {
    this.server = server;
    this.pause = pause;
    this.from = from;
    this.to = to;
    this.thread = new Thread(this::run, "sender-" + from);
    thread.start();
  }

  long from() {
    return from;
  }

  /** The texts that were acknowledged. */
  Set<String> acknowledged() {
    return acknowledged;
  }

  /** With which codes its connections were closed by the server. */
  List<Integer> closeCodes() {
    return closeCodes;
  }

  /** The attempts to connect that failed, and the packets that were refused. */
  List<String> failures() {
    return failures;
  }

  /** Sends nothing new any more, but goes on with what was not acknowledged. */
  void sendNothingNew() {
    fresh = false;
  }

  /** Whether everything that was sent is acknowledged. */
  boolean isDone() {
    return !fresh && unanswered.isEmpty();
  }

  private void run() {
    try {
      do {
        connect();
      } while (!closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void connect() throws InterruptedException {
    Client client;
    try {
      client = Client.connect(server, from);
    } catch (RuntimeException e) {
      failures.add(e.toString());
      return; // the server is down; again
    }
    try (client) {
      converse(client);
      if (!client.isOpen()) {
        closeCodes.add(client.closeCode());
      }
    }
  }

  private void converse(Client client) throws InterruptedException {
    try {
      sendAll(client);
    } catch (RuntimeException e) { // it broke off while something was sent
      if (isRunning()) {
        var unused = client.closeCode();
      }
    }
  }

  private void sendAll(Client client) throws InterruptedException {
    Semaphore window = new Semaphore(WINDOW);
    AtomicBoolean failed = new AtomicBoolean();
    client.onAnswer(
        packet -> {
          if (packet.isSuccess()) {
            acknowledged.add(packet.timestamp());
            unanswered.remove(packet.timestamp());
          }
          if (packet.isFailure()) {
            failures.add(packet.describe());
            failed.set(true);
          }
          window.release();
        });
    for (String text : List.copyOf(unanswered)) {
      send(client, window, text);
    }
    while (isRunning() && client.isOpen() && !failed.get()) {
      if (fresh) {
        String text = String.valueOf(next++);
        unanswered.add(text);
        send(client, window, text);
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      } else if (window.tryAcquire(WINDOW, 100, TimeUnit.MILLISECONDS)) {
        return; // all answered, with success or not: connect anew for the rest, if any
      }
    }
  }

  private boolean isRunning() {
    return closed.getCount() > 0;
  }

  private void send(Client client, Semaphore window, String text) throws InterruptedException {
    while (!window.tryAcquire(100, TimeUnit.MILLISECONDS)) {
      if (!client.isOpen() || !isRunning()) {
        throw new IllegalStateException("closed");
      }
    }
    client.send(Packet.message(to, text, text));
  }

  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    thread.join();
  }
}
