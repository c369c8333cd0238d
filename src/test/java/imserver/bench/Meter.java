package imserver.bench;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.HdrHistogram.Histogram;

/** What is measured of a load within spans of time. Written by the client's thread alone. */
final class Meter {

  private static final long LONGEST = 120_000_000_000L;

  private final Histogram acknowledged = new Histogram(LONGEST, 3);
  private final Histogram received = new Histogram(LONGEST, 3);
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private volatile long from = Long.MAX_VALUE;
  private volatile long to = Long.MAX_VALUE;
  private long measured;
  private long complete;

  /** Measures from now on, for so many nanoseconds more; the span before must be over. */
  void start(long nanos) {
    long now = System.nanoTime();
    from = Long.MAX_VALUE;
    to = now + nanos;
    from = now;
    measured += nanos;
  }

  void acknowledged(long sent, long now) {
    record(acknowledged, sent, now);
  }

  void received(long sent, long now) {
    record(received, sent, now);
  }

  private void record(Histogram histogram, long sent, long now) {
    if (sent >= from && sent < to) {
      histogram.recordValue(Math.min(LONGEST, Math.max(0, now - sent)));
    }
  }

  /** A message is both acknowledged and received. */
  void complete(long now) {
    if (now >= from && now < to) {
      complete++;
    }
  }

  /** Something that must not happen. */
  void violation(String what) {
    if (violations.size() < 10) {
      violations.add(what);
    }
  }

  boolean isViolated() {
    return !violations.isEmpty();
  }

  /** Fails the run if anything happened that must not. */
  void check() {
    if (isViolated()) {
      throw new AssertionError("the server broke a promise: " + violations);
    }
  }

  /** Messages a second that were both acknowledged and received. */
  double rate() {
    return complete * 1e9 / measured;
  }

  Histogram acknowledged() {
    return acknowledged;
  }

  Histogram received() {
    return received;
  }
}
