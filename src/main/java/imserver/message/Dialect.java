package imserver.message;

/**
 * Where the databases speak differently. PostgreSQL's {@code on conflict} locks the rows in the
 * order in which they are named, and lets two transactions add the same row; H2 has {@code merge}.
 */
enum Dialect {
  /** PostgreSQL 15 and later. */
  POSTGRESQL(
      """
      insert into conversation as c (low_id, high_id, last_message_id, unread_low, unread_high)
      select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as bigint array),
                           cast(?4 as bigint array), cast(?5 as bigint array))
      on conflict (low_id, high_id) do update set
        last_message_id = greatest(c.last_message_id, excluded.last_message_id),
        unread_low = c.unread_low + excluded.unread_low,
        unread_high = c.unread_high + excluded.unread_high
      """,
      """
      insert into unread_total as t (user_id, unread)
      select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array))
      on conflict (user_id) do update set unread = t.unread + excluded.unread
      """,
      """
      update message set read_at = ?1
      where recipient_id = ?2 and read_at is null and id = any (cast(?3 as bigint array))
      returning sender_id
      """),

  /** H2 2.4. */
  H2(
      """
      merge into conversation c
      using (select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as bigint array),
                                  cast(?4 as bigint array), cast(?5 as bigint array))
               as n (low_id, high_id, last_message_id, unread_low, unread_high)) n
      on c.low_id = n.low_id and c.high_id = n.high_id
      when matched then update set
        last_message_id = greatest(c.last_message_id, n.last_message_id),
        unread_low = c.unread_low + n.unread_low,
        unread_high = c.unread_high + n.unread_high
      when not matched then insert (low_id, high_id, last_message_id, unread_low, unread_high)
        values (n.low_id, n.high_id, n.last_message_id, n.unread_low, n.unread_high)
      """,
      """
      merge into unread_total t
      using (select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array)) as n (user_id, unread)) n
      on t.user_id = n.user_id
      when matched then update set unread = t.unread + n.unread
      when not matched then insert (user_id, unread) values (n.user_id, n.unread)
      """,
      """
      select sender_id from final table (
        update message set read_at = ?1
        where recipient_id = ?2 and read_at is null and id = any (cast(?3 as bigint array)))
      """);

  /** Adds to conversations, or makes them: ids and changes as arrays. */
  final String addToConversations;

  /** Adds to the totals of users, or makes them: ids and changes as arrays. */
  final String addToTotals;

  /** Marks messages as read, at a time, of a recipient, by their ids; answers with the senders. */
  final String markRead;

  Dialect(String addToConversations, String addToTotals, String markRead) {
    this.addToConversations = addToConversations;
    this.addToTotals = addToTotals;
    this.markRead = markRead;
  }
}
