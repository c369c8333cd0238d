package imserver.message;

import imserver.message.UnreadRows.Direction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Up to which message all are read, on MariaDB. The readers are locked. For one transaction. */
final class MariaDbReadUpTo {

  /** The most messages that are looked at to raise it, and how many at a time. */
  private static final int MOST_LOOKED_AT = 10_000;

  private static final int PAGE = 500;

  /** How far apart ids may be for all between them to be looked at together. */
  private static final long NEAR = 100_000;

  /**
   * The first unread message up to what was just read; and the next one after that, below zero
   * where it is read. Both are looked for in the order of an index, and end with what is found.
   */
  private static final String AROUND =
      """
      select n.recipient_id, n.sender_id,
             (select m.id from message m force index (message_history)
              straight_join unread u on u.recipient_id = m.recipient_id and u.message_id = m.id
              where m.sender_id = n.sender_id and m.recipient_id = n.recipient_id
                and m.id > n.before_id and m.id <= n.read_id
              order by m.sender_id, m.recipient_id, m.id limit 1),
             (select case when u.message_id is null then -m.id else m.id end
              from message m force index (message_history)
              left join unread u on u.recipient_id = m.recipient_id and u.message_id = m.id
              where m.sender_id = n.sender_id and m.recipient_id = n.recipient_id and m.id > n.read_id
              order by m.sender_id, m.recipient_id, m.id limit 1),
             n.read_id
      from json_table(?, '$[*]' columns (recipient_id bigint path '$[0]', sender_id bigint path '$[1]',
                                         before_id bigint path '$[2]', read_id bigint path '$[3]')) as n
      """;

  private static final String LAST =
      """
      select n.recipient_id, n.sender_id,
             (select m.id from message m force index (message_history)
              where m.sender_id = n.sender_id and m.recipient_id = n.recipient_id and m.id > n.before_id
              order by m.sender_id desc, m.recipient_id desc, m.id desc limit 1)
      from json_table(?, '$[*]' columns (recipient_id bigint path '$[0]', sender_id bigint path '$[1]',
                                         before_id bigint path '$[2]')) as n
      """;

  private static final String NEXT =
      """
      select m.id, case when u.message_id is null then 0 else 1 end
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
   * @param lastRead the last one that was just read; {@code before} where none was
   * @param hasUnread whether some are not
   */
  record Asked(Direction direction, long before, long lastRead, boolean hasUnread) {

    private boolean isNear() {
      return lastRead - before <= NEAR;
    }
  }

  /** For each the last message before the first unread one, or what it was before. */
  Map<Direction, Long> of(List<Asked> asked) throws SQLException {
    Map<Direction, Long> found = new HashMap<>();
    List<Asked> allRead = new ArrayList<>();
    List<Asked> near = new ArrayList<>();
    for (Asked each : asked) {
      found.put(each.direction(), each.before());
      if (each.hasUnread() && each.isNear()) {
        near.add(each);
      } else if (each.hasUnread()) {
        found.put(each.direction(), lastRead(each.direction(), each.before()));
      } else {
        allRead.add(each);
      }
    }
    if (!near.isEmpty()) {
      for (long[] row : statements.rows(AROUND, json(near))) {
        Direction direction = new Direction(row[0], row[1]);
        found.merge(direction, near(direction, row[2], row[3], row[4]), Math::max);
      }
    }
    if (!allRead.isEmpty()) {
      for (long[] row : statements.rows(LAST, json(allRead))) {
        found.merge(new Direction(row[0], row[1]), row[2], Math::max);
      }
    }
    return found;
  }

  /**
   * Up to which message all are read.
   *
   * @param firstUnread up to what was just read; 0 for none
   * @param next after that; 0 for none, below zero where it is read
   */
  private long near(Direction direction, long firstUnread, long next, long lastRead)
      throws SQLException {
    if (firstUnread != 0) {
      return below(direction, firstUnread);
    }
    return next < 0 ? lastRead(direction, -next) : lastRead;
  }

  private static String json(List<Asked> asked) {
    return asked.stream()
        .map(
            each ->
                "[%d,%d,%d,%d]"
                    .formatted(
                        each.direction().recipient(),
                        each.direction().sender(),
                        each.before(),
                        each.lastRead()))
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
