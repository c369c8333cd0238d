package imserver.cluster;

import imserver.cluster.Frame.Kind;
import imserver.monitoring.Meters;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether this server hears of every change that others commit. Where it may have missed one, the
 * heads of all connected users are to be compared with the database: at once and, as long as it is
 * so, again and again. Times are those of {@link System#nanoTime}. For one thread at a time.
 *
 * <p>Missed may be: what a frame that did not come would have told; what was committed before a
 * server knew of this one, or while the bus was down; what a server committed that died before it
 * published. A beat has a number as every frame, so that a lost last one is noticed as well, and
 * that one is new; and it comes by the bus, so that a bus which carries nothing is noticed, too.
 */
final class Continuity {

  /** Beats come each second. */
  private static final Duration MAX_SILENCE = Duration.ofSeconds(3);

  /** Between two comparisons while changes may be missed. */
  private static final Duration REPEAT = Duration.ofSeconds(2);

  /** Between two comparisons in any case. */
  private static final Duration LEAST = Duration.ofSeconds(1);

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

    /** The highest of all frames, by whatever way. */
    private long number = -1;

    /** The highest by each way; null for none. */
    private final Map<Integer, Heard> heard = new HashMap<>();

    /** Whether the database knows it to be alive. */
    private boolean listed;
  }

  /** The number of a frame, and when it was heard. */
  private record Heard(long number, long at) {}

  private final Map<Long, Peer> peers = new HashMap<>();

  /** By which frames come; 0 while the bus is not connected. */
  private int ways;

  private long ticked;
  private long doubted;
  private long compared;
  private boolean due;

  Continuity(long now) {
    ticked = now;
    doubted = now - SETTLING.toNanos();
    compared = now - LEAST.toNanos();
  }

  /** The bus is connected, by so many ways, or with 0 is not, or not any more. */
  void connected(int ways, long now) {
    if (ways > 0 || this.ways > 0) {
      doubt(now);
    }
    this.ways = ways;
  }

  /**
   * A frame of another server was heard. That of a server which the database has not known to be
   * alive counts for nothing: it is of a copy of the database that has the same bus, or is sent
   * once more by somebody; or of a server that has just started, and is found to have been missed.
   * Nor is a frame a sign of life by a way by which it was heard before.
   *
   * @return whether its changes are to be told: false where the same frame was heard before
   */
  boolean heard(Frame frame, int way, long now) {
    Peer peer = peers.get(frame.node());
    if (peer == null) {
      return false;
    }
    if (frame.kind() == Kind.UNKNOWN) {
      doubt(now);
    }
    if (frame.number() == Frame.UNNUMBERED) {
      return true; // of such a frame none is missed here
    }
    if (frame.number() > peer.number + 1) {
      if (peer.number >= 0) { // else it is the first that is heard of this server
        Meters.busGap();
      }
      doubt(now);
    }
    Heard before = peer.heard.get(way);
    if (before == null || frame.number() > before.number()) {
      peer.heard.put(way, new Heard(frame.number(), now));
    }
    boolean fresh = frame.number() > peer.number;
    peer.number = Math.max(peer.number, frame.number());
    return fresh;
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
    alive.forEach(node -> peers.computeIfAbsent(node, unheard -> new Peer()));
    peers.forEach((node, peer) -> peer.listed = alive.contains(node));
    // One that is heard may store messages, though its beat does not reach the table.
    if (peers.values().removeIf(peer -> !peer.listed && !isHeardByAny(peer, now))) {
      doubt(now);
    }
    if (!hearsAll(now)) {
      doubted = now;
    }
  }

  /** Whether the heads are to be compared now; whoever is told so does it. */
  boolean isDue(long now) {
    boolean inDoubt = isInDoubt(now);
    Duration wait = due ? LEAST : inDoubt ? REPEAT : ALWAYS;
    boolean wanted = due || inDoubt || !peers.isEmpty();
    if (!wanted || now - compared < wait.toNanos()) {
      return false;
    }
    due = false;
    compared = now;
    return true;
  }

  /** Whether changes may have been missed lately. */
  boolean isInDoubt(long now) {
    return now - doubted < SETTLING.toNanos();
  }

  /** Whether every other server that is alive is heard, by every way. */
  boolean hearsAll(long now) {
    return peers.isEmpty()
        || (ways > 0 && peers.values().stream().allMatch(peer -> isHeardByAll(peer, now)));
  }

  private static boolean isHeardByAny(Peer peer, long now) {
    return peer.heard.values().stream().anyMatch(heard -> isHeard(heard, now));
  }

  private boolean isHeardByAll(Peer peer, long now) {
    return IntStream.range(0, ways).allMatch(way -> isHeard(peer.heard.get(way), now));
  }

  private static boolean isHeard(@Nullable Heard heard, long now) {
    return heard != null && now - heard.at() < MAX_SILENCE.toNanos();
  }

  /** It is not known which other servers are alive: a tick failed. */
  void unknown(long now) {
    doubted = now;
  }

  /** How many other servers are alive: by the database, or since they are heard still. */
  int peers() {
    return peers.size();
  }

  /** Changes may have been missed. */
  void doubt(long now) {
    doubted = now;
    due = true;
  }
}
