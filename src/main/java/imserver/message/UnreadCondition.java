package imserver.message;

/** The condition in a query that a message is unread. */
public final class UnreadCondition {

  /**
   * Whether the message {@code m} is unread, in JPQL. A scalar subquery for each message: for
   * "exists" PostgreSQL would read all that is unread.
   */
  public static final String JPQL =
      " (select count(u) from Unread u"
          + " where u.recipientId = m.recipientId and u.messageId = m.id) > 0";

  private UnreadCondition() {}
}
