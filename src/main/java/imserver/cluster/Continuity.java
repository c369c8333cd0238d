package imserver.cluster;

import imserver.cluster.Frame.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whether this server hears of every change that others commit. Where it may have missed one, the
 * heads of all connected users are to be compared with the database: at once and, as long as it is
 * so, again and again. Times are those of {@link System#nanoTime}. For one thread at a time.
 *
 * <p>Missed may be: what a frame that did not come would have told; what was committed before a
 * server knew of this one, or while the bus was down; what a server committed that died before it
 * published. A beat has the number of the last frame, so that a lost last one is noticed as well,
 * and it comes by the bus, so that a bus which carries nothing is, too.
 */
final class Continuity {

  /** Beats come each second. */
  private static final Duration MAX_SILENCE = Duration.ofSeconds(3);

  /** Between two comparisons while changes may be missed. */
  private static final Duration REPEAT = Duration.ofSeconds(2);

  /**
   * After the last doubt: until then a transaction may be committed that began before it. A
   * statement may take 3.5 s, and a request is given up after 5 s.
   */
  private static final Duration SETTLING = Duration.ofSeconds(10);

  /** In any case, while there are other servers. */
  private static final Duration ALWAYS = Duration.ofSeconds(60);

  /** Between two ticks of a server that was not halted. */
  private static final Duration MAX_TICK = Duration.ofSeconds(3);

  /** What was heard of another server. */
  private static final class Peer {
    private long number = -1;

    /** When, by each way; null for never. */
    private final Map<Integer, Long> heard = new HashMap<>();
  }

  private final Map<Long, Peer> peers = new HashMap<>();

  /** By which frames come; 0 while the bus is not connected. */
  private int ways;

  private long ticked;
  private long doubted;
  private long compared;
  private boolean due = true;

  Continuity(long now) {
    ticked = now;
    doubted = now;
    compared = now;
  }

  /** The bus is connected, by so many ways, or with 0 is not any more. */
  void connected(int ways, long now) {
    this.ways = ways;
    doubt(now);
  }

  /** Whether the database knows this other server to be alive, as far as it was asked. */
  boolean knows(long node) {
    return peers.containsKey(node);
  }

  /** A frame of another server was heard. */
  void heard(Frame frame, int way, long now) {
    if (frame.kind() == Kind.UNKNOWN) {
      doubt(now);
    }
    if (frame.number() == Frame.UNNUMBERED) {
      return; // of such a frame none is missed here
    }
    Peer peer = peers.computeIfAbsent(frame.node(), node -> new Peer());
    long expected = frame.kind() == Kind.BEAT ? peer.number : peer.number + 1;
    if (peer.number < 0 || frame.number() > expected) {
      doubt(now);
    }
    peer.number = Math.max(peer.number, frame.number());
    peer.heard.put(way, now);
  }

  /**
   * A second has passed.
   *
   * @param alive the other servers that the database knows to be alive
   */
  void tick(Set<Long> alive, long now) {
    if (now - ticked > MAX_TICK.toNanos()) {
      doubt(now);
    }
    ticked = now;
    if (peers.keySet().retainAll(alive)) {
      doubt(now);
    }
    alive.forEach(node -> peers.computeIfAbsent(node, unheard -> new Peer()));
    if (!hearsAll(now)) {
      doubted = now;
    }
  }

  /** Whether the heads are to be compared now; whoever is told so does it. */
  boolean isDue(long now) {
    boolean doubtful = now - doubted < SETTLING.toNanos();
    Duration wait = doubtful ? REPEAT : ALWAYS;
    if (due || (!peers.isEmpty() && now - compared >= wait.toNanos())) {
      due = false;
      compared = now;
      return true;
    }
    return false;
  }

  /** Whether every other server that is alive is heard, by every way. */
  boolean hearsAll(long now) {
    return peers.isEmpty()
        || (ways > 0 && peers.values().stream().allMatch(peer -> hears(peer, now)));
  }

  private boolean hears(Peer peer, long now) {
    for (int way = 0; way < ways; way++) {
      Long heard = peer.heard.get(way);
      if (heard == null || now - heard >= MAX_SILENCE.toNanos()) {
        return false;
      }
    }
    return true;
  }

  /** How many other servers are alive. */
  int peers() {
    return peers.size();
  }

  /** Changes may have been missed. */
  void doubt(long now) {
    doubted = now;
    due = true;
  }
}
