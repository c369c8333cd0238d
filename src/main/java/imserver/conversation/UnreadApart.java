package imserver.conversation;

/**
 * What is unread, and not to be told with the rest.
 *
 * @param muted in conversations that the user has muted
 * @param strangers in other conversations with users to whom the user has never written
 */
public record UnreadApart(long muted, long strangers) {

  /** Nothing. */
  static final UnreadApart NONE = new UnreadApart(0, 0);
}
