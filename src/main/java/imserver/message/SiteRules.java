package imserver.message;

import imserver.config.StrangerRule;

/**
 * What the site allows users towards each other.
 *
 * @param strangerQuota how many messages one may send to a user who has never written to him, 0 for
 *     none, {@link #NO_BOUND} for as many as he likes
 * @param newRecipients to how many users one may write first within an hour, or {@link #NO_BOUND}
 * @param blockedSilently whether what a blocked user sends is stored and acknowledged, and shown to
 *     him alone; else it is refused
 */
public record SiteRules(int strangerQuota, int newRecipients, boolean blockedSilently) {

  /** More than anybody sends. */
  public static final int NO_BOUND = StrangerRule.NO_BOUND;

  /** Nothing is bounded. */
  public static final SiteRules OPEN = new SiteRules(NO_BOUND, NO_BOUND, true);
}
