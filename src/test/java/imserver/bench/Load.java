package imserver.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Pairs of users that write to each other through a server, or several. */
final class Load implements Clients {

  static final long DRAIN = TimeUnit.SECONDS.toNanos(20);

  private final Loop loop = new Loop();
  private final List<Pair> pairs = new ArrayList<>();
  private final Meter meter = new Meter();
  private final List<Integer> ports;
  private final int away;

  Load(int port, int count, Users users) throws IOException {
    this(List.of(port), 0, count, users);
  }

  /**
   * Connects the pairs: each next sender to the next server.
   *
   * @param away how many servers further than its sender a recipient is connected
   */
  Load(List<Integer> ports, int away, int count, Users users) throws IOException {
    this.ports = ports;
    this.away = away;
    for (int i = 0; i < count; i++) {
      pairs.add(pair(users, Pair.Kind.READING));
    }
  }

  private Pair pair(Users users, Pair.Kind kind) throws IOException {
    return new Pair(loop, port(0), users.next(), port(away), users.next(), meter, kind);
  }

  /** Adds pairs whose senders are blocked by their recipients. */
  void addBlockedPairs(int count, Users users) throws IOException {
    for (int i = 0; i < count; i++) {
      long sender = users.next();
      long recipient = users.next();
      Rest.block(port(0), recipient, sender);
      pairs.add(new Pair(loop, port(0), sender, port(away), recipient, meter, Pair.Kind.BLOCKED));
    }
  }

  /** For the next pair, so many servers further than its sender's. */
  private int port(int further) {
    return ports.get((pairs.size() + further) % ports.size());
  }

  /** Has recipients mark what they get as read, so many messages with a read-ack. */
  void markRead(int together) {
    pairs.forEach(pair -> pair.markRead(together));
  }

  /** Fails the run if something is not marked as read in time. */
  void awaitAllRead() throws IOException {
    long deadline = System.nanoTime() + DRAIN;
    for (Pair pair : pairs) {
      pair.markTheRest();
      String unread = Rest.unread(ports.get(0), pair.recipientId());
      while (!unread.matches(".*\"total\":0[,}].*")) {
        if (System.nanoTime() > deadline) {
          meter.violation("not read: what " + pair.recipientId() + " has marked: " + unread);
          meter.check();
        }
        sleepUntil(System.nanoTime() + 50_000_000);
        unread = Rest.unread(ports.get(0), pair.recipientId());
      }
    }
  }

  /** Adds a pair whose recipient does not read and whose messages are not measured. */
  Pair addStuckPair(Users users) throws IOException {
    Pair stuck = pair(users, Pair.Kind.STUCK);
    pairs.add(stuck);
    return stuck;
  }

  /** Sends so many more from one sender alone. */
  void sendMore(Pair pair, int count) throws IOException {
    long enough = pair.sent() + count;
    pair.keepInFlight(64);
    while (pair.sent() < enough && !meter.isViolated()) {
      sleepUntil(System.nanoTime() + 10_000_000);
    }
    pair.keepInFlight(0);
    result();
  }

  /** Each sender has so many messages in flight. */
  @Override
  public Meter closedLoop(int window, double warmUp, double seconds) throws IOException {
    for (Pair pair : pairs) {
      pair.keepInFlight(window);
    }
    sleepUntil(System.nanoTime() + nanos(warmUp));
    meter.start(nanos(seconds));
    sleepUntil(System.nanoTime() + nanos(seconds));
    for (Pair pair : pairs) {
      pair.keepInFlight(0);
    }
    return result();
  }

  /**
   * So many messages a second, in turn, whether the server keeps up or not. May be called again,
   * for the same meter.
   */
  Meter openLoop(int rate, double warmUp, double seconds) throws IOException {
    long begin = System.nanoTime();
    long interval = 1_000_000_000L / rate;
    long ahead = (long) (warmUp * rate);
    long count = ahead + (long) (seconds * rate);
    for (long i = 0; i < count && !meter.isViolated(); i++) {
      long intended = begin + i * interval;
      sleepUntil(intended);
      if (i == ahead) {
        meter.start(nanos(seconds) + interval);
        intended = System.nanoTime();
        begin = intended - i * interval;
      }
      pairs.get((int) (i % pairs.size())).send(intended);
    }
    return result();
  }

  private Meter result() {
    long deadline = System.nanoTime() + DRAIN;
    while (!pairs.stream().allMatch(Pair::isDone) && !meter.isViolated()) {
      if (System.nanoTime() > deadline) {
        meter.violation("lost: not all is acknowledged and received " + DRAIN / 1e9 + " s later");
      }
      sleepUntil(System.nanoTime() + 10_000_000);
    }
    sleepUntil(System.nanoTime() + 200_000_000); // for what comes twice
    meter.check();
    return meter;
  }

  @Override
  public long sent() {
    return pairs.stream().mapToLong(Pair::sent).sum();
  }

  static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  static void sleepUntil(long time) {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
