package imserver.server;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a user connected, and marks nothing as read: so after each connect it gets everything
 * again.
 */
final class Reader implements AutoCloseable {

  private static final Duration BACKOFF = Duration.ofMillis(200);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final URI server;
  private final long user;
  private final List<Client> connections = new CopyOnWriteArrayList<>();
  private final List<Integer> closeCodes = new CopyOnWriteArrayList<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  Reader(URI server, long user) {
    this.server = server;
    this.user = user;
    this.thread = new Thread(this::run, "reader-" + user);
    thread.start();
  }

  /** What each of its connections got, in the order in which it came: the ids of messages. */
  List<List<Long>> received() {
    return connections.stream()
        .map(client -> client.messages().stream().map(Packet::messageId).toList())
        .toList();
  }

  /** The ids of all messages that it got, each once. */
  SortedSet<Long> ids() {
    SortedSet<Long> ids = new TreeSet<>();
    received().forEach(ids::addAll);
    return ids;
  }

  /** With which codes its connections were closed. */
  List<Integer> closeCodes() {
    return closeCodes;
  }

  /** The attempts to connect that failed. */
  List<String> failures() {
    return failures;
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
      client = Client.connect(server, user);
    } catch (RuntimeException e) {
      failures.add(e.toString());
      return;
    }
    try (client) {
      connections.add(client);
      while (client.isOpen()) {
        if (closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
      closeCodes.add(client.closeCode());
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    thread.join();
  }
}
