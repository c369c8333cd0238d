package imserver.message;

import java.util.Comparator;

/**
 * The two users of a conversation, in the order of their ids.
 *
 * @param low the smaller id; 0 where one of the two is the system
 * @param high the other id, or the same where a user writes to himself
 */
record UserPair(long low, long high) implements Comparable<UserPair> {

  private static final Comparator<UserPair> ORDER =
      Comparator.comparingLong(UserPair::low).thenComparingLong(UserPair::high);

  /** The pair of two users, given in any order. */
  static UserPair of(long one, long other) {
    return new UserPair(Math.min(one, other), Math.max(one, other));
  }

  /** Whether {@code user} is on the side of high; a user who writes to himself is. */
  boolean isHigh(long user) {
    return user == high;
  }

  @Override
  public int compareTo(UserPair other) {
    return ORDER.compare(this, other);
  }
}
