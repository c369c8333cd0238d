package imserver.message;

/**
 * What a conversation is to one of its two users.
 *
 * @param blocked he has blocked the other one
 * @param muted nothing here is to disturb him
 * @param pinned it is to be above others
 * @param hidden it is not in his list, until there is a new message
 */
public record ConversationSettings(boolean blocked, boolean muted, boolean pinned, boolean hidden) {

  /** Nothing is set. */
  public static final ConversationSettings NONE =
      new ConversationSettings(false, false, false, false);
}
