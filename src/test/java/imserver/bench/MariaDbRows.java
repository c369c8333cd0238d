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
      Database.insertStateOf(statement, firstSender, recipients);
      statement.execute("analyze table message, unread, conversation, user_state");
    }
  }
}
