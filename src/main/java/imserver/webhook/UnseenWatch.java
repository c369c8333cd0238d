package imserver.webhook;

import imserver.database.StorageException;
import imserver.database.Vendor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Looks at conversations whose messages should have been seen by now, and writes events where they
 * have not. On PostgreSQL the function {@code tell_unseen} does that, by the table of who is
 * connected to which server; on the others the same by statements.
 */
final class UnseenWatch {

  /** How many conversations are looked at in one transaction. */
  private static final int PAGE = 200;

  private static final String ON_POSTGRES = "select * from tell_unseen(?, ?)";

  private static final String STATE =
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
      """;

  private static final String DUE =
      STATE + "where u.due_at <= current_timestamp order by u.due_at limit ?";

  /** Passes over what another server is looking at. */
  private static final String TAKE_ON_MARIADB =
      """
      select recipient_id, sender_id from unseen where due_at <= current_timestamp
      order by due_at limit ? for update skip locked
      """;

  private static final String TAKEN = STATE + "where u.recipient_id = ? and u.sender_id = ?";

  private static final String CONNECTED =
      """
      select 1 from connected_user u join node s on s.id = u.node_id
      where u.user_id = ? and s.beat_at between current_timestamp - interval '15' second
                                            and current_timestamp + interval '15' second
      """;

  private static final String FORGET =
      "delete from unseen where recipient_id = ? and sender_id = ?";

  private static final String LATER =
      """
      update unseen set is_told = ?, due_at = dateadd('second', cast(? as integer), current_timestamp)
      where recipient_id = ? and sender_id = ?
      """;

  private static final String LATER_ON_MARIADB =
      """
      update unseen set is_told = ?, due_at = current_timestamp + interval ? second
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
   * @param isConnected whether a user is connected to this server; asked only where no other server
   *     can be
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
          database.vendor() == Vendor.POSTGRESQL
              ? database.write(this::lookOnPostgres)
              : database.transaction(this::lookAtEach);
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

  private Page lookAtEach(Connection connection) throws SQLException {
    List<Due> due = isMariaDb() ? taken(connection) : due(connection);
    int told = 0;
    for (Due each : due) {
      if (!each.isWanted()) {
        forget(connection, each);
        continue;
      }
      boolean waits = !each.isTold() && isConnected(connection, each.recipient());
      if (!each.isTold() && !waits) {
        tell(connection, each);
        told++;
      }
      later(connection, each, !waits, waits ? seconds : DAY);
    }
    return new Page(due.size(), told);
  }

  private boolean isMariaDb() {
    return database.vendor() == Vendor.MARIADB;
  }

  private boolean isConnected(Connection connection, long user) throws SQLException {
    if (!isMariaDb()) {
      return isConnected.test(user);
    }
    try (PreparedStatement statement = database.prepare(connection, CONNECTED)) {
      statement.setLong(1, user);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  private void tell(Connection connection, Due each) throws SQLException {
    if (isMariaDb()) {
      WebhookEvents.addOnMariaDb(
          connection, WebhookEvent.UNSEEN, each.recipient(), each.sender(), 0);
    } else {
      WebhookEvents.addOnH2(connection, WebhookEvent.UNSEEN, each.recipient(), each.sender(), 0);
    }
  }

  private List<Due> due(Connection connection) throws SQLException {
    List<Due> due = new ArrayList<>();
    try (PreparedStatement statement = database.prepare(connection, DUE)) {
      statement.setInt(1, PAGE);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          due.add(due(rows));
        }
      }
    }
    return due;
  }

  private static Due due(ResultSet row) throws SQLException {
    return new Due(
        row.getLong("recipient_id"),
        row.getLong("sender_id"),
        row.getBoolean("is_told"),
        row.getBoolean("is_wanted"));
  }

  /**
   * The rows first: MariaDB would lock those of conversations with them. In the order of their
   * keys, as who stores messages writes the queue of events.
   */
  private List<Due> taken(Connection connection) throws SQLException {
    List<long[]> taken = new ArrayList<>();
    try (PreparedStatement statement = database.prepare(connection, TAKE_ON_MARIADB)) {
      statement.setInt(1, PAGE);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          taken.add(new long[] {rows.getLong(1), rows.getLong(2)});
        }
      }
    }
    taken.sort(
        Comparator.<long[]>comparingLong(each -> Math.min(each[0], each[1]))
            .thenComparingLong(each -> Math.max(each[0], each[1])));
    List<Due> due = new ArrayList<>();
    try (PreparedStatement statement = database.prepare(connection, TAKEN)) {
      for (long[] each : taken) {
        statement.setLong(1, each[0]);
        statement.setLong(2, each[1]);
        try (ResultSet row = statement.executeQuery()) {
          if (row.next()) {
            due.add(due(row));
          }
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

  private void later(Connection connection, Due each, boolean isTold, int seconds)
      throws SQLException {
    try (PreparedStatement statement =
        database.prepare(connection, isMariaDb() ? LATER_ON_MARIADB : LATER)) {
      statement.setBoolean(1, isTold);
      statement.setInt(2, seconds);
      statement.setLong(3, each.recipient());
      statement.setLong(4, each.sender());
      statement.executeUpdate();
    }
  }
}
