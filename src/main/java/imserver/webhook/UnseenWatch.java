package imserver.webhook;

import imserver.database.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Looks at conversations whose messages should have been seen by now, and writes events where they
 * have not. On PostgreSQL the function {@code tell_unseen} does that, by the table of who is
 * connected to which server; on H2, where there is one server, the same by statements.
 */
final class UnseenWatch {

  /** How many conversations are looked at in one transaction. */
  private static final int PAGE = 200;

  private static final String ON_POSTGRES = "select * from tell_unseen(?, ?)";

  private static final String DUE =
      """
      select u.recipient_id, u.sender_id, u.is_told,
             case when u.recipient_id < u.sender_id
               then c.unread_low > 0 and not c.muted_by_low and not c.blocked_by_low
                    and (c.hidden_to_low = 0 or c.hidden_to_low < c.last_low)
               else c.unread_high > 0 and not c.muted_by_high and not c.blocked_by_high
                    and (c.hidden_to_high = 0 or c.hidden_to_high < c.last_high) end as is_wanted
      from unseen u
      left join conversation c
        on c.low_id = least(u.recipient_id, u.sender_id) and c.high_id = greatest(u.recipient_id, u.sender_id)
      where u.due_at <= current_timestamp order by u.due_at limit ?
      """;

  private static final String FORGET =
      "delete from unseen where recipient_id = ? and sender_id = ?";

  private static final String LATER =
      """
      update unseen set is_told = ?, due_at = dateadd('second', cast(? as integer), current_timestamp)
      where recipient_id = ? and sender_id = ?
      """;

  private static final int DAY = 86_400;

  private final WebhookDatabase database;
  private final int seconds;
  private final LongPredicate isConnected;
  private final Runnable written;

  /**
   * A watch.
   *
   * @param seconds after which a message should have been seen
   * @param isConnected whether a user is connected to this server; asked only on H2
   * @param written told when events were written
   */
  UnseenWatch(WebhookDatabase database, int seconds, LongPredicate isConnected, Runnable written) {
    this.database = database;
    this.seconds = seconds;
    this.isConnected = isConnected;
    this.written = written;
  }

  /**
   * What a page brought.
   *
   * @param looked how many conversations were looked at
   * @param told of how many an event was written
   */
  private record Page(int looked, int told) {}

  /**
   * Looks at all whose time has come.
   *
   * @throws StorageException if the database does not answer
   */
  void look() {
    Page page;
    do {
      page =
          database.isPostgres()
              ? database.write(this::lookOnPostgres)
              : database.transaction(this::lookOnH2);
      if (page.told() > 0) {
        written.run();
      }
    } while (page.looked() == PAGE);
  }

  private Page lookOnPostgres(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ON_POSTGRES)) {
      statement.setInt(1, seconds);
      statement.setInt(2, PAGE);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Page(row.getInt("looked"), row.getInt("told"));
      }
    }
  }

  /**
   * A conversation that is due.
   *
   * @param isWanted whether something is unread, and the recipient wants to be told
   */
  private record Due(long recipient, long sender, boolean isTold, boolean isWanted) {}

  private Page lookOnH2(Connection connection) throws SQLException {
    List<Due> due = due(connection);
    int told = 0;
    for (Due each : due) {
      if (!each.isWanted()) {
        forget(connection, each);
        continue;
      }
      boolean waits = !each.isTold() && isConnected.test(each.recipient());
      if (!each.isTold() && !waits) {
        WebhookEvents.addOnH2(connection, WebhookEvent.UNSEEN, each.recipient(), each.sender(), 0);
        told++;
      }
      later(connection, each, !waits, waits ? seconds : DAY);
    }
    return new Page(due.size(), told);
  }

  private static List<Due> due(Connection connection) throws SQLException {
    List<Due> due = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(DUE)) {
      statement.setInt(1, PAGE);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          due.add(
              new Due(
                  rows.getLong("recipient_id"),
                  rows.getLong("sender_id"),
                  rows.getBoolean("is_told"),
                  rows.getBoolean("is_wanted")));
        }
      }
    }
    return due;
  }

  private static void forget(Connection connection, Due each) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setLong(1, each.recipient());
      statement.setLong(2, each.sender());
      statement.executeUpdate();
    }
  }

  private static void later(Connection connection, Due each, boolean isTold, int seconds)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LATER)) {
      statement.setBoolean(1, isTold);
      statement.setInt(2, seconds);
      statement.setLong(3, each.recipient());
      statement.setLong(4, each.sender());
      statement.executeUpdate();
    }
  }
}
