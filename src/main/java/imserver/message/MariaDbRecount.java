package imserver.message;

import imserver.message.UnreadRows.Direction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts on MariaDB, within a transaction, what is unread of a user. It writes conversations with
 * the row of one of their users locked; in the order of their keys, as marking as read does. For
 * one transaction.
 */
final class MariaDbRecount {

  private static final String GONE =
      """
      select u.message_id from unread u
      where u.recipient_id = ? and not exists (select 1 from message m where m.id = u.message_id)
      order by u.message_id
      """;

  private static final String COUNTS =
      "select sender_id, count(*), min(message_id) from unread where recipient_id = ? group by sender_id";

  private static final String CONVERSATIONS =
      """
      select low_id, high_id, low_id, unread_high, read_up_to_high from conversation where high_id = ?
      union all
      select low_id, high_id, high_id, unread_low, read_up_to_low from conversation where low_id = ? and high_id <> ?
      """;

  private static final String WRITE =
      """
      update conversation set unread_%1$s = ?, read_up_to_%1$s = ?, changed_%1$s = greatest(changed_%1$s, ?)
      where low_id = ? and high_id = ?
      """;

  private final StepStatements statements;
  private final MariaDbReadUpTo readUpTo;

  MariaDbRecount(StepStatements statements) {
    this.statements = statements;
    this.readUpTo = new MariaDbReadUpTo(statements);
  }

  /** How many messages of a sender are unread, and the id of the first. */
  private record Counted(long amount, long first) {

    static final Counted NONE = new Counted(0, Long.MAX_VALUE);
  }

  /** See {@link MessageStore#recount}. */
  Recount recount(long user) throws SQLException {
    List<Object[]> gone = new ArrayList<>();
    for (long id : statements.numbers(GONE, user)) {
      gone.add(new Object[] {user, id});
    }
    statements.updateEach("delete from unread where recipient_id = ? and message_id = ?", gone);
    statements.update(
        "insert into user_state (user_id, head, unread) values (?, 0, 0)"
            + " on duplicate key update user_id = user_id",
        user);
    long[] state =
        statements.rows("select unread, head from user_state where user_id = ?", user).get(0);
    Map<Long, Counted> counted = new HashMap<>();
    for (long[] row : statements.rows(COUNTS, user)) {
      counted.put(row[0], new Counted(row[1], row[2]));
    }
    long after = counted.values().stream().mapToLong(Counted::amount).sum();
    List<long[]> conversations =
        statements.rows(CONVERSATIONS, user, user, user).stream()
            .sorted(Comparator.<long[]>comparingLong(row -> row[0]).thenComparing(row -> row[1]))
            .toList();
    long corrected = 0;
    for (long[] row : conversations) {
      Direction direction = new Direction(user, row[2]);
      Counted right = counted.getOrDefault(direction.sender(), Counted.NONE);
      long upTo = row[4] >= right.first() ? readUpTo.below(direction, right.first()) : row[4];
      long number = 0;
      if (row[3] != right.amount()) {
        number = state[1] + ++corrected;
        upTo =
            Math.max(
                upTo,
                readUpTo
                    .of(List.of(new MariaDbReadUpTo.Asked(direction, upTo, right.amount() > 0)))
                    .getOrDefault(direction, 0L));
      }
      if (number > 0 || upTo != row[4]) {
        write(user, row, right.amount(), upTo, number);
      }
    }
    statements.update(
        "update user_state set unread = ?, head = ? where user_id = ?",
        after,
        state[1] + corrected,
        user);
    return new Recount(state[0], after, corrected);
  }

  private void write(long user, long[] row, long unread, long upTo, long number)
      throws SQLException {
    boolean isHigh = row[1] == user;
    statements.update(
        WRITE.formatted(isHigh ? "high" : "low"), unread, upTo, number, row[0], row[1]);
    if (row[0] == row[1] && number > 0) {
      statements.update(
          "update conversation set changed_low = ? where low_id = ? and high_id = ?",
          number,
          row[0],
          row[1]);
    }
  }
}
