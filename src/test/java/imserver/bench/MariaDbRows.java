package imserver.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Rows on MariaDB as the product would have stored them. */
final class MariaDbRows {

  private MariaDbRows() {}

  /** The same as {@link Database#insertUnread}. */
  static void insertUnread(
      Connection connection, long firstSender, long firstRecipient, int recipients, int each)
      throws SQLException {
    String between =
        "where m.sender_id between %d and %d".formatted(firstSender, firstSender + recipients - 1);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into message (sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
          select %d + seq div %d, %d + seq div %d, '%s', %d + seq mod %d, concat('bench-', seq), utc_timestamp(6)
          from seq_0_to_%d order by seq
          """
              .formatted(
                  firstSender,
                  each,
                  firstRecipient,
                  each,
                  Sequence.TEXT,
                  Sequence.FIRST,
                  each,
                  (long) recipients * each - 1));
      statement.execute(
          """
          insert into unread (recipient_id, message_id, sender_id)
          select recipient_id, id, sender_id from message m %s
          """
              .formatted(between));
      statement.execute(
          """
          insert into conversation
            (low_id, high_id, last_low, last_high, unread_low, unread_high, changed_low, changed_high)
          select least(sender_id, recipient_id), greatest(sender_id, recipient_id), max(id), max(id),
                 sum(recipient_id < sender_id), sum(recipient_id >= sender_id), count(*), count(*)
          from message m %s group by 1, 2
          """
              .formatted(between));
      statement.execute(
          """
          insert into user_state (user_id, head, unread)
          select m.sender_id, count(*), 0 from message m %1$s group by 1
          union all
          select m.recipient_id, count(*), count(*) from message m %1$s group by 1
          """
              .formatted(between));
      statement.execute("analyze table message, unread, conversation, user_state");
    }
  }
}
