package imserver.message;

/** What a query on messages asks to find those that are unread. */
public final class UnreadCondition {

  /**
   * Whether the message {@code m} is unread, in JPQL. Asked of each message by itself: by "exists"
   * PostgreSQL would read all that is unread.
   */
  public static final String JPQL =
      " (select count(u) from Unread u"
          + " where u.recipientId = m.recipientId and u.messageId = m.id) > 0";

  private UnreadCondition() {}
}
