package imserver.message;

/**
 * Where the databases speak differently. PostgreSQL's {@code on conflict} locks the rows in the
 * order in which they are named, and lets two transactions add the same row; H2 has {@code merge}.
 */
enum Dialect {
  /** PostgreSQL 15 and later. What adds messages is a function, in the migrations. */
  POSTGRESQL(
      """
      select * from add_messages(
        cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as varchar array), cast(?4 as bigint array),
        cast(?5 as varchar array), cast(?6 as varchar array), ?7, ?8)
      """,
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
      select id from final table (
        insert into message (id, sender_id, dedupe_key, recipient_id, content, client_timestamp, created_at)
        select n.*, cast(?7 as timestamp with time zone)
        from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as varchar array),
                    cast(?4 as bigint array), cast(?5 as varchar array), cast(?6 as varchar array))
               as n (id, sender_id, dedupe_key, recipient_id, content, client_timestamp)
        order by sender_id, dedupe_key, id
        on conflict do nothing)
      """,
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

  /**
   * Adds messages, as arrays and the time: those whose keys are new. Of two with one key the first
   * is added. In the order of the keys, so that two lanes that add the same keys do not wait for
   * each other. H2 answers with the ids of those. PostgreSQL answers with the ids of the others,
   * and brings conversations and totals up to date, as {@link Tally} says: a message alone is one
   * round trip then, and not three; it wants to know whether others are to be expected.
   */
  final String addMessages;

  /** Adds to conversations, or makes them: ids and changes as arrays. */
  final String addToConversations;

  /** Adds to the totals of users, or makes them: ids and changes as arrays. */
  final String addToTotals;

  /** Marks messages as read, at a time, of a recipient, by their ids; answers with the senders. */
  final String markRead;

  Dialect(String addMessages, String addToConversations, String addToTotals, String markRead) {
    this.addMessages = addMessages;
    this.addToConversations = addToConversations;
    this.addToTotals = addToTotals;
    this.markRead = markRead;
  }
}
