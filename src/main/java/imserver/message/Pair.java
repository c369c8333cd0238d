package imserver.message;

import java.util.Comparator;

/**
 * Two users who write to each other, whoever of them writes.
 *
 * @param low the smaller id; 0 where one of the two is the system
 * @param high the other id, or the same where somebody writes to himself
 */
public record Pair(long low, long high) implements Comparable<Pair> {

  private static final Comparator<Pair> ORDER =
      Comparator.comparingLong(Pair::low).thenComparingLong(Pair::high);

  /** Two users, in whichever order they are given. */
  public static Pair of(long one, long other) {
    return new Pair(Math.min(one, other), Math.max(one, other));
  }

  /** Whether what is kept of one of the two is on the side of high: who is both is high. */
  boolean isHigh(long user) {
    return user == high;
  }

  @Override
  public int compareTo(Pair other) {
    return ORDER.compare(this, other);
  }
}
