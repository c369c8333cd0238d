package imserver.message;

/**
 * What a recount of a user's unread messages has found.
 *
 * @param before the total as it was kept
 * @param after the total as it was counted, and is kept now
 * @param corrected how many conversations had a wrong count
 */
public record Recount(long before, long after, long corrected) {}
