package imserver.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a run: faults, acknowledgements, when messages came, and what must not have
 * happened. Safe for use by several threads.
 */
final class Journal {

  /** Below that a delay is nobody's fault. */
  private static final long REMARKABLE = TimeUnit.MILLISECONDS.toNanos(100);

  /** Between faults, or too quick to be one's. */
  private static final String NONE = "(none)";

  /** From when to when, of {@link System#nanoTime}. */
  private static final class Window {
    private final String kind;
    private final long start;
    private volatile long end = Long.MAX_VALUE;

    Window(String kind, long start) {
      this.kind = kind;
      this.start = start;
    }
  }

  private final long start = System.nanoTime();
  private final List<Window> faults = new CopyOnWriteArrayList<>();
  private final ConcurrentMap<String, Long> acknowledged = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Long> longestDelays = new ConcurrentHashMap<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final AtomicLong highestId = new AtomicLong();
  private final AtomicLong reconnects = new AtomicLong();
  private final AtomicLong failedAcks = new AtomicLong();
  private final AtomicLong lateAcks = new AtomicLong();
  private final AtomicLong latestAck = new AtomicLong();

  /** Prints a line, with the time. */
  void note(String line) {
    System.out.printf("%7.1f s  %s%n", (System.nanoTime() - start) / 1e9, line);
  }

  /** A fault begins; what is returned ends it. */
  Runnable begin(String kind) {
    Window window = new Window(kind, System.nanoTime());
    faults.add(window);
    return () -> window.end = System.nanoTime();
  }

  /** A message was acknowledged to its sender, perhaps again. */
  void acknowledge(String text) {
    acknowledged.putIfAbsent(text, System.nanoTime());
  }

  /** The texts that were acknowledged. */
  List<String> acknowledged() {
    return List.copyOf(acknowledged.keySet());
  }

  int acknowledgedCount() {
    return acknowledged.size();
  }

  /** A device connects again. */
  void reconnect() {
    reconnects.incrementAndGet();
  }

  /** The highest id of a message that any device has got. */
  long highestId() {
    return highestId.get();
  }

  /**
   * A read-ack has failed.
   *
   * @param age how long after it was sent, in nanoseconds
   * @param late whether the client need not have waited for that
   */
  void ackFailed(long age, boolean late) {
    failedAcks.incrementAndGet();
    if (late) {
      lateAcks.incrementAndGet();
      latestAck.accumulateAndGet(age, Math::max);
    }
  }

  /** A device has got a message for the first time, by a socket that is open since then. */
  void arrive(long id, String text, long opened) {
    highestId.accumulateAndGet(id, Math::max);
    Long at = acknowledged.get(text);
    if (at == null) {
      return; // before its acknowledgement
    }
    long now = System.nanoTime();
    long from = Math.max(at, opened);
    long delay = now - from;
    String kind = delay < REMARKABLE ? NONE : faultWithin(from, now);
    longestDelays.merge(kind, delay, Math::max);
  }

  /** The last fault that there was within that time, or else the last before it. */
  private String faultWithin(long from, long to) {
    @Nullable Window before = null;
    for (int i = faults.size() - 1; i >= 0; i--) {
      Window fault = faults.get(i);
      if (fault.start <= to && fault.end >= from) {
        return fault.kind;
      }
      if (before == null && fault.end < from) {
        before = fault;
      }
    }
    return before == null ? NONE : "after " + before.kind;
  }

  /** Something happened that must not. */
  void violation(String what) {
    note("VIOLATION: " + what);
    violations.add(what);
  }

  List<String> violations() {
    return violations;
  }

  /** What there was, in some lines. */
  List<String> summary() {
    Map<String, Integer> counts = new TreeMap<>();
    faults.forEach(fault -> counts.merge(fault.kind, 1, Integer::sum));
    List<String> lines = new ArrayList<>();
    lines.add("acknowledged: " + acknowledged.size() + ", reconnects: " + reconnects);
    lines.add(
        "read-acks that failed: %s, later than the protocol says: %s, at most after %.1f s"
            .formatted(failedAcks, lateAcks, latestAck.get() / 1e9));
    lines.add("faults, and the longest delay from an acknowledgement to a socket, by the fault:");
    counts.keySet().forEach(kind -> longestDelays.putIfAbsent(kind, 0L));
    new TreeMap<>(longestDelays)
        .forEach(
            (kind, delay) ->
                lines.add(
                    "  %-26s %4d times %8.2f s"
                        .formatted(kind, counts.getOrDefault(kind, 0), delay / 1e9)));
    return lines;
  }
}
