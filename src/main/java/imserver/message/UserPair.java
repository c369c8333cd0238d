package imserver.message;

import java.util.Comparator;

/**
 * Two users who write to each other, whoever of them writes.
 *
 * @param low the smaller id; 0 where one of the two is the system
 * @param high the other id, or the same where somebody writes to himself
 */
record UserPair(long low, long high) implements Comparable<UserPair> {

  private static final Comparator<UserPair> ORDER =
      Comparator.comparingLong(UserPair::low).thenComparingLong(UserPair::high);

  /** Two users, in whichever order they are given. */
  static UserPair of(long one, long other) {
    return new UserPair(Math.min(one, other), Math.max(one, other));
  }

  /** Whether what is kept of one of the two is on the side of high: who is both is high. */
  boolean isHigh(long user) {
    return user == high;
  }

  @Override
  public int compareTo(UserPair other) {
    return ORDER.compare(this, other);
  }
}
