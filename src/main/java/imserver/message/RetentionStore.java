package imserver.message;

import imserver.cluster.Change;
import imserver.message.UnreadRows.Direction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Deletes the oldest messages, some hundred in a transaction: see the package, "Old messages". Safe
 * for use by several threads and servers, of which one does a step at a time.
 */
final class RetentionStore {

  /** How many messages a transaction deletes at most. */
  static final int STEP = 500;

  /** Between two steps, by whichever server. */
  static final Duration PAUSE = Duration.ofMillis(100);

  /** The same where there was nothing more to do. */
  private static final Duration IDLE = Duration.ofSeconds(10);

  /** Whether a step is due; it is not where another server is doing one. */
  private static final String TAKE =
      "select up_to_id from retention where due_at <= " + StepDatabase.NOW;

  /** Reads by the primary key, whose order is that of time: an index by time would cost each. */
  private static final String OLDEST =
      """
      select id, sender_id, recipient_id, case when created_at < ? then 1 else 0 end
      from message where id > ? order by id limit ?
      """;

  /** Of the conversations of two users each, those whose last message for either is deleted. */
  private static final String EMPTIED =
      """
      select c.low_id, c.high_id
      from unnest(cast(? as bigint array), cast(? as bigint array)) as n (low, high)
      join conversation c on c.low_id = n.low and c.high_id = n.high
      where c.last_low between 1 and ? or c.last_high between 1 and ?
      """;

  private static final String STATES =
      """
      select c.low_id, c.high_id, c.last_low, c.last_high, c.unread_low, c.unread_high
      from unnest(cast(? as bigint array), cast(? as bigint array)) as n (low, high)
      join conversation c on c.low_id = n.low and c.high_id = n.high
      order by c.low_id, c.high_id\
      """;

  private static final String WRITE =
      """
      update conversation set
        last_low = case when last_low <= ? then 0 else last_low end,
        last_high = case when last_high <= ? then 0 else last_high end,
        unread_low = unread_low - ?, unread_high = unread_high - ?,
        changed_low = greatest(changed_low, ?), changed_high = greatest(changed_high, ?)
      where low_id = ? and high_id = ?
      """;

  private final StepDatabase database;

  RetentionStore(StepDatabase database) {
    this.database = database;
  }

  private record Old(long id, long sender, long recipient) {

    UserPair pair() {
      return UserPair.of(sender, Math.abs(recipient));
    }
  }

  /**
   * Deletes some of the messages that came before a moment, the oldest first.
   *
   * @return empty where no step is due
   */
  Optional<Done> step(OffsetDateTime before) {
    return database.commit(
        statements -> {
          List<Long> upTo = statements.numbers(TAKE + statements.locking("for update skip locked"));
          return upTo.isEmpty()
              ? Optional.empty()
              : Optional.of(step(statements, upTo.get(0), before));
        });
  }

  private static Done step(StepStatements statements, long upTo, OffsetDateTime before)
      throws SQLException {
    List<Old> old = oldest(statements, upTo, before);
    if (old.isEmpty()) {
      postpone(statements, upTo, IDLE);
      return new Done(0, false, List.of());
    }
    long last = old.get(old.size() - 1).id();
    List<Old> visible = old.stream().filter(each -> each.recipient() > 0).toList();
    Map<Direction, Long> unread =
        UnreadRows.take(
            statements,
            visible.stream().map(Old::recipient).toList(),
            visible.stream().map(Old::id).toList());
    SortedSet<UserPair> touched =
        touched(statements, old.stream().map(Old::pair).distinct().toList(), last);
    unread.keySet().forEach(each -> touched.add(each.pair()));
    LockedUsers users =
        new LockedUsers(
            statements,
            touched.stream().flatMap(each -> Stream.of(each.low(), each.high())).toList());
    List<Direction> emptied = write(statements, touched, unread, users, last);
    List<? extends Change> changes = users.write();
    for (String table : List.of("recall", "notice")) {
      statements.update(
          "delete from " + table + " where message_id > ? and message_id <= ?", upTo, last);
    }
    AttachedFiles.release(statements, old.stream().map(Old::id).toList());
    int deleted = statements.update("delete from message where id > ? and id <= ?", upTo, last);
    postpone(statements, last, old.size() < STEP ? IDLE : PAUSE);
    UnreadRows.forgetUnseen(statements, emptied);
    return new Done(deleted, true, changes);
  }

  /** Up to the first that is not old. */
  private static List<Old> oldest(StepStatements statements, long upTo, OffsetDateTime before)
      throws SQLException {
    return statements.rows(OLDEST, before, upTo, STEP).stream()
        .takeWhile(row -> row[3] == 1)
        .map(row -> new Old(row[0], row[1], row[2]))
        .toList();
  }

  private static void postpone(StepStatements statements, long upTo, Duration pause)
      throws SQLException {
    statements.update(
        "update retention set up_to_id = ?, due_at = ? + " + StepDatabase.NOW,
        upTo,
        pause.toMillis());
  }

  /** Those of which a user sees that the last message is gone. */
  private static SortedSet<UserPair> touched(
      StepStatements statements, List<UserPair> pairs, long last) throws SQLException {
    SortedSet<UserPair> touched = new TreeSet<>();
    for (long[] row : statements.rows(EMPTIED, lows(pairs), highs(pairs), last, last)) {
      touched.add(new UserPair(row[0], row[1]));
    }
    return touched;
  }

  /**
   * Brings conversations up to date, whose users are locked. It is a change for who sees less that
   * is unread, or no last message.
   *
   * @return in which nothing is unread any more
   */
  private static List<Direction> write(
      StepStatements statements,
      SortedSet<UserPair> pairs,
      Map<Direction, Long> unread,
      LockedUsers users,
      long last)
      throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    List<Direction> emptied = new ArrayList<>();
    for (long[] state : statements.rows(STATES, lows(pairs), highs(pairs))) {
      long low = state[0];
      long high = state[1];
      long ofLow = low == high ? 0 : unread.getOrDefault(new Direction(low, high), 0L);
      long ofHigh = unread.getOrDefault(new Direction(high, low), 0L);
      boolean lowSees = ofLow > 0 || isDeleted(state[2], last);
      boolean highSees = ofHigh > 0 || isDeleted(state[3], last);
      long highChange = highSees ? users.change(high) : 0;
      long lowChange = low == high ? highChange : lowSees ? users.change(low) : 0;
      users.read(low, ofLow);
      users.read(high, ofHigh);
      if (ofLow > 0 && ofLow == state[4]) {
        emptied.add(new Direction(low, high));
      }
      if (ofHigh > 0 && ofHigh == state[5]) {
        emptied.add(new Direction(high, low));
      }
      rows.add(new Object[] {last, last, ofLow, ofHigh, lowChange, highChange, low, high});
    }
    statements.updateEach(WRITE, rows);
    return emptied;
  }

  private static boolean isDeleted(long id, long last) {
    return id > 0 && id <= last;
  }

  private static List<Long> lows(Iterable<UserPair> pairs) {
    List<Long> lows = new ArrayList<>();
    pairs.forEach(each -> lows.add(each.low()));
    return lows;
  }

  private static List<Long> highs(Iterable<UserPair> pairs) {
    List<Long> highs = new ArrayList<>();
    pairs.forEach(each -> highs.add(each.high()));
    return highs;
  }
}
