package imserver.message;

import imserver.database.StorageException;
import imserver.message.UnreadRows.Direction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Marks messages as read on MariaDB, within a transaction. For one transaction. */
final class MariaDbReadings {

  private static final Comparator<Direction> ORDER =
      Comparator.comparingLong(Direction::recipient).thenComparingLong(Direction::sender);

  private static final String CONVERSATIONS =
      """
      select c.low_id, c.high_id, c.unread_low, c.unread_high, c.read_up_to_low, c.read_up_to_high
      from unnest(cast(? as bigint array), cast(? as bigint array)) as n (low, high)
      join conversation c /*! force index (primary) */ on c.low_id = n.low and c.high_id = n.high
      """;

  private static final String WRITE =
      """
      on duplicate key update
        unread_low = unread_low - values(unread_low), unread_high = unread_high - values(unread_high),
        read_up_to_low = greatest(read_up_to_low, values(read_up_to_low)),
        read_up_to_high = greatest(read_up_to_high, values(read_up_to_high)),
        changed_low = greatest(changed_low, values(changed_low)),
        changed_high = greatest(changed_high, values(changed_high))
      """;

  private final StepStatements statements;
  private final @Nullable MariaDbEvents events;
  private final MariaDbReadUpTo readUpTo;

  MariaDbReadings(StepStatements statements, @Nullable MariaDbEvents events) {
    this.statements = statements;
    this.events = events;
    this.readUpTo = new MariaDbReadUpTo(statements);
  }

  /** What changes in one conversation; on the sides of low and high. */
  private static final class Change {
    private final long[] read = new long[2];
    private final long[] upTo = new long[2];
    private final long[] number = new long[2];
  }

  /** See {@link MessageStore#markRead}. */
  List<ReadMark> markRead(Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts)
      throws SQLException {
    SortedMap<Direction, Long> read = new TreeMap<>(ORDER);
    read.putAll(take(idsByReader));
    if (read.isEmpty()) {
      return List.of();
    }
    LockedUsers users = lock(read.keySet(), receipts);
    Map<UserPair, long[]> states = states(read.keySet());
    Map<Direction, Long> upTo = readUpTo.of(asked(read, states));
    List<ReadMark> marks = new ArrayList<>(read.size());
    SortedMap<UserPair, Change> changes = new TreeMap<>();
    read.forEach(
        (direction, amount) -> {
          long reader = direction.recipient();
          long sender = direction.sender();
          UserPair pair = direction.pair();
          long readerChange = users.change(reader);
          long senderChange =
              sender == reader ? readerChange : receipts && sender != 0 ? users.change(sender) : 0;
          users.read(reader, amount);
          int side = pair.isHigh(reader) ? 1 : 0;
          Change change = changes.computeIfAbsent(pair, key -> new Change());
          change.read[side] = amount;
          change.upTo[side] = upTo.getOrDefault(direction, 0L);
          change.number[side] = Math.max(change.number[side], readerChange);
          change.number[1 - side] = Math.max(change.number[1 - side], senderChange);
          marks.add(
              new ReadMark(
                  reader,
                  sender,
                  readerChange,
                  senderChange,
                  stateOf(states, pair)[2 + side] - amount,
                  upTo.getOrDefault(direction, 0L)));
        });
    write(changes);
    var unused = users.write();
    if (events != null) {
      events.read(marks);
    }
    return marks;
  }

  private Map<Direction, Long> take(Map<Long, ? extends Collection<Long>> idsByReader)
      throws SQLException {
    List<Long> readers = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    new TreeMap<>(idsByReader)
        .forEach(
            (reader, each) ->
                new TreeSet<>(each)
                    .forEach(
                        id -> {
                          readers.add(reader);
                          ids.add(id);
                        }));
    return UnreadRows.take(statements, readers, ids);
  }

  /** Whose rows are there, since they have a message; or it fails. */
  private LockedUsers lock(Collection<Direction> read, boolean receipts) throws SQLException {
    SortedSet<Long> wanted = new TreeSet<>();
    for (Direction each : read) {
      wanted.add(each.recipient());
      if (receipts) {
        wanted.add(each.sender());
      }
    }
    wanted.remove(0L);
    LockedUsers users = new LockedUsers(statements, wanted);
    if (users.size() < wanted.size()) {
      throw new StorageException(new IllegalStateException("what was read is of no user"));
    }
    return users;
  }

  private Map<UserPair, long[]> states(Collection<Direction> read) throws SQLException {
    SortedSet<UserPair> pairs = new TreeSet<>();
    read.forEach(each -> pairs.add(each.pair()));
    Map<UserPair, long[]> states = new HashMap<>();
    for (long[] row :
        statements.rows(
            CONVERSATIONS,
            pairs.stream().map(UserPair::low).toList(),
            pairs.stream().map(UserPair::high).toList())) {
      states.put(new UserPair(row[0], row[1]), row);
    }
    if (states.size() < pairs.size()) {
      throw new StorageException(new IllegalStateException("what was read is of no conversation"));
    }
    return states;
  }

  private static List<MariaDbReadUpTo.Asked> asked(
      SortedMap<Direction, Long> read, Map<UserPair, long[]> states) {
    List<MariaDbReadUpTo.Asked> asked = new ArrayList<>(read.size());
    read.forEach(
        (direction, amount) -> {
          UserPair pair = direction.pair();
          long[] state = stateOf(states, pair);
          int side = pair.isHigh(direction.recipient()) ? 1 : 0;
          asked.add(
              new MariaDbReadUpTo.Asked(direction, state[4 + side], state[2 + side] - amount > 0));
        });
    return asked;
  }

  private static long[] stateOf(Map<UserPair, long[]> states, UserPair pair) {
    return Objects.requireNonNull(states.get(pair));
  }

  private void write(SortedMap<UserPair, Change> changes) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>(changes.size());
    changes.forEach(
        (pair, change) ->
            rows.add(
                new Object[] {
                  pair.low(),
                  pair.high(),
                  change.read[0],
                  change.read[1],
                  change.upTo[0],
                  change.upTo[1],
                  change.number[0],
                  change.number[1]
                }));
    statements.insertRows(
        "insert into conversation (low_id, high_id, unread_low, unread_high, read_up_to_low,"
            + " read_up_to_high, changed_low, changed_high)",
        rows,
        WRITE);
  }
}
