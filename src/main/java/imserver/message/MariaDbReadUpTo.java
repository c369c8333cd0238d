package imserver.message;

import imserver.message.UnreadRows.Direction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Up to which message all are read, on MariaDB. The readers are locked. For one transaction. */
final class MariaDbReadUpTo {

  /** The most messages that are looked at to raise it, and how many at a time. */
  private static final int MOST_LOOKED_AT = 10_000;

  private static final int PAGE = 500;

  /** How many are looked at of each of several conversations at first. */
  private static final int FIRST = 16;

  /** Of so many by one statement. */
  private static final int TOGETHER = 50;

  private static final String LAST =
      """
      select n.recipient_id, n.sender_id,
             (select m.id from message m force index (message_history)
              where m.sender_id = n.sender_id and m.recipient_id = n.recipient_id and m.id > n.before_id
              order by m.sender_id desc, m.recipient_id desc, m.id desc limit 1)
      from json_table(?, '$[*]' columns (recipient_id bigint path '$[0]', sender_id bigint path '$[1]',
                                         before_id bigint path '$[2]')) as n
      """;

  /**
   * Its numbers are constants: to where they are columns, as of JSON, MariaDB goes from the first
   * message of the conversation on.
   */
  private static final String NEXT =
      """
      select m.id, case when u.message_id is null then 0 else 1 end, m.sender_id, m.recipient_id
      from message m force index (message_history)
      left join unread u on u.recipient_id = m.recipient_id and u.message_id = m.id
      where m.sender_id = ? and m.recipient_id = ? and m.id > ?
      order by m.sender_id, m.recipient_id, m.id limit ?
      """;

  private final StepStatements statements;

  MariaDbReadUpTo(StepStatements statements) {
    this.statements = statements;
  }

  /**
   * What it is asked for.
   *
   * @param before up to where it was known that all are read
   * @param hasUnread whether some are not
   */
  record Asked(Direction direction, long before, boolean hasUnread) {}

  /** For each the last message before the first unread one, or what it was before. */
  Map<Direction, Long> of(List<Asked> asked) throws SQLException {
    Map<Direction, Long> found = new HashMap<>();
    List<Asked> allRead = new ArrayList<>();
    List<Asked> someUnread = new ArrayList<>();
    for (Asked each : asked) {
      found.put(each.direction(), each.before());
      (each.hasUnread() ? someUnread : allRead).add(each);
    }
    for (int i = 0; i < someUnread.size(); i += TOGETHER) {
      raise(found, someUnread.subList(i, Math.min(someUnread.size(), i + TOGETHER)));
    }
    if (!allRead.isEmpty()) {
      for (long[] row : statements.rows(LAST, json(allRead))) {
        found.merge(new Direction(row[0], row[1]), row[2], Math::max);
      }
    }
    return found;
  }

  private void raise(Map<Direction, Long> found, List<Asked> asked) throws SQLException {
    List<Object> parameters = new ArrayList<>();
    for (Asked each : asked) {
      Direction direction = each.direction();
      parameters.addAll(List.of(direction.sender(), direction.recipient(), each.before(), FIRST));
    }
    Map<Direction, List<long[]>> first = new HashMap<>();
    String query = "(" + NEXT + ")" + (" union all (" + NEXT + ")").repeat(asked.size() - 1);
    for (long[] row : statements.readOnce(StepStatements::numbers, query, parameters.toArray())) {
      first.computeIfAbsent(new Direction(row[3], row[2]), key -> new ArrayList<>()).add(row);
    }
    for (Map.Entry<Direction, List<long[]>> each : first.entrySet()) {
      long last = Objects.requireNonNull(found.get(each.getKey()));
      boolean goesOn = each.getValue().size() == FIRST;
      for (long[] row : each.getValue()) {
        if (row[1] != 0) {
          goesOn = false;
          break;
        }
        last = row[0];
      }
      found.put(each.getKey(), goesOn ? lastRead(each.getKey(), last) : last);
    }
  }

  private static String json(List<Asked> asked) {
    return asked.stream()
        .map(
            each ->
                "[%d,%d,%d]"
                    .formatted(
                        each.direction().recipient(), each.direction().sender(), each.before()))
        .collect(Collectors.joining(",", "[", "]"));
  }

  /** Looks above what was read before. */
  private long lastRead(Direction direction, long before) throws SQLException {
    long last = before;
    for (int looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
      List<long[]> page =
          statements.rows(NEXT, direction.sender(), direction.recipient(), last, PAGE);
      for (long[] row : page) {
        if (row[1] != 0) {
          return last;
        }
        last = row[0];
      }
      if (page.size() < PAGE) {
        return last;
      }
    }
    return last;
  }

  /** The last message below an id; 0 for none. */
  long below(Direction direction, long id) throws SQLException {
    List<Long> found =
        statements.numbers(
            """
            select id from message where sender_id = ? and recipient_id = ? and id < ?
            order by sender_id desc, recipient_id desc, id desc limit 1
            """,
            direction.sender(),
            direction.recipient(),
            id);
    return found.isEmpty() ? 0 : found.get(0);
  }
}
