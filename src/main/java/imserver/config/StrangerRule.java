package imserver.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What strangers may send to a user.
 *
 * @param quota how many messages until the user answers: 0 for none, {@link #NO_BOUND} for as many
 *     as they like
 */
public record StrangerRule(int quota) {

  /** More than anybody sends. */
  public static final int NO_BOUND = Integer.MAX_VALUE;

  private static final Pattern QUOTA = Pattern.compile("quota:([1-9][0-9]{0,5})");

  /**
   * Reads {@code open}, {@code closed} or {@code quota:N} with a number from 1 to 999999.
   *
   * @throws IllegalArgumentException if it is none of these, with a sentence that says so
   */
  public static StrangerRule of(String text) {
    Matcher quota = QUOTA.matcher(text);
    if (quota.matches()) {
      return new StrangerRule(Integer.parseInt(quota.group(1)));
    }
    return switch (text) {
      case "open" -> new StrangerRule(NO_BOUND);
      case "closed" -> new StrangerRule(0);
      default ->
          throw new IllegalArgumentException(
              "must be open, closed or quota:N with a number from 1 to 999999");
    };
  }

  /** Whether there is a bound. */
  public boolean isBounded() {
    return quota != NO_BOUND;
  }

  /** As it is read. */
  @Override
  public String toString() {
    return isBounded() ? quota == 0 ? "closed" : "quota:" + quota : "open";
  }
}
