package imserver.message;

import imserver.database.Schema;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes to PostgreSQL by the functions of the migrations, one round trip a call (two where a batch
 * has a retry in it). A statement outside a transaction is a transaction of its own, committed when
 * it is answered; a commit by the container is a second round trip, at the end of which a busy lane
 * waits for a processor again. Hence JDBC, and no transaction of the container. Safe for use by
 * several threads.
 */
@ApplicationScoped
public class PostgresMessageStore implements MessageStore {

  private static final String ADD =
      "select * from add_messages(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
          + " ?)";
  private static final String MARK_READ = "select * from mark_read(?, ?, ?)";
  private static final String RECALL = "select * from recall_message(?, ?, ?, ?)";
  private static final String RECOUNT = "select * from recount(?)";

  /** Retries come in groups: in so many batches after one, the keys are looked for first. */
  private static final int LOOK_AFTER_RETRY = 100;

  @Resource(lookup = Schema.DATA_SOURCE)
  private DataSource database;

  /**
   * In how many more batches the keys are looked for first. Threads may overwrite each other's
   * value: it is only an estimate.
   */
  private volatile int batchesToLookThrough;

  /** For the container, which injects the rest. */
  public PostgresMessageStore() {}

  PostgresMessageStore(DataSource database) {
    this.database = database;
  }

  /** What the function has done: it has stored all messages, or none since some exist already. */
  private record Added(Map<Integer, ExistingMessage> existing, List<Outcome.Stored> stored) {}

  @Override
  public List<Outcome> add(List<NewMessage> newMessages) {
    Outcomes outcomes = new Outcomes(newMessages);
    int before = batchesToLookThrough;
    boolean look = before > 0;
    boolean retried = false;
    for (List<NewMessage> open = outcomes.open(); !open.isEmpty(); open = outcomes.open()) {
      Added added = addNew(open, look);
      if (added.existing().isEmpty()) {
        outcomes.stored(added.stored());
      } else {
        outcomes.existing(added.existing());
        retried = true;
        look = true;
      }
    }
    batchesToLookThrough = retried ? LOOK_AFTER_RETRY : Math.max(0, before - 1);
    return outcomes.all();
  }

  private Added addNew(List<NewMessage> newMessages, boolean look) {
    ConversationDeltas deltas = ConversationDeltas.of(newMessages);
    return new FunctionCaller(database)
        .call(
            ADD,
            statement -> bind(statement, newMessages, deltas, look),
            row -> added(row, newMessages, deltas));
  }

  private static void bind(
      PreparedStatement statement,
      List<NewMessage> newMessages,
      ConversationDeltas deltas,
      boolean look)
      throws SQLException {
    List<Integer> ordinals = new ArrayList<>();
    List<NoticeDetails> notices = new ArrayList<>();
    for (int i = 0; i < newMessages.size(); i++) {
      NoticeDetails noticeDetails = newMessages.get(i).noticeDetails();
      if (noticeDetails != null) {
        ordinals.add(i + 1);
        notices.add(noticeDetails);
      }
    }
    Object[] parameters = {
      longs(newMessages, NewMessage::senderId),
      longs(newMessages, NewMessage::recipientId),
      texts(newMessages, newMessage -> newMessage.key().key()),
      texts(newMessages, NewMessage::content),
      texts(newMessages, NewMessage::timestamp),
      newMessages.get(0).createdAt(),
      ordinals.stream().mapToInt(Integer::intValue).toArray(),
      texts(notices, NoticeDetails::title),
      texts(notices, NoticeDetails::url),
      deltas.users(),
      deltas.changes(),
      deltas.received(),
      deltas.lows(),
      deltas.highs(),
      deltas.lasts(),
      deltas.toLows(),
      deltas.toHighs(),
      deltas.lowPositions(),
      deltas.lowLaters(),
      deltas.highPositions(),
      deltas.highLaters(),
      look
    };
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }

  private static Added added(ResultSet row, List<NewMessage> newMessages, ConversationDeltas deltas)
      throws SQLException {
    if (row.getArray("known") == null) {
      long[] ids = ids(array(row, "ids", Long[].class), newMessages.size());
      return new Added(
          Map.of(),
          deltas.stored(ids, numbers(row.getBytes("heads")), numbers(row.getBytes("counts"))));
    }
    Integer[] ordinals = array(row, "known", Integer[].class);
    Long[] ids = array(row, "earlier", Long[].class);
    Timestamp[] times = array(row, "times", Timestamp[].class);
    Boolean[] same = array(row, "same", Boolean[].class);
    Map<Integer, ExistingMessage> existing = new HashMap<>();
    for (int i = 0; i < ordinals.length; i++) {
      existing.put(
          ordinals[i] - 1,
          new ExistingMessage(ids[i], times[i].toInstant().atOffset(ZoneOffset.UTC), same[i]));
    }
    return new Added(existing, List.of());
  }

  /** The function returns only the first id where the others follow it without a gap. */
  private static long[] ids(Long[] returned, int count) {
    long[] ids = new long[count];
    for (int i = 0; i < count; i++) {
      ids[i] = returned.length == 1 ? returned[0] + i : returned[i];
    }
    return ids;
  }

  @Override
  public List<ReadMark> markRead(
      Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts) {
    long[] readers =
        idsByReader.entrySet().stream()
            .flatMapToLong(entry -> entry.getValue().stream().mapToLong(id -> entry.getKey()))
            .toArray();
    long[] ids =
        idsByReader.values().stream()
            .flatMapToLong(each -> each.stream().mapToLong(Long::longValue))
            .toArray();
    return new FunctionCaller(database)
        .call(
            MARK_READ,
            statement -> {
              statement.setObject(1, readers);
              statement.setObject(2, ids);
              statement.setBoolean(3, receipts);
            },
            row -> marks(numbers(row.getBytes("marked")), numbers(row.getBytes("states"))));
  }

  private static List<ReadMark> marks(long[] marked, long[] states) {
    Map<UserPair, long[]> stateOf = new HashMap<>();
    for (int i = 0; i < states.length; i += 6) {
      stateOf.put(
          new UserPair(states[i], states[i + 1]),
          new long[] {states[i + 2], states[i + 3], states[i + 4], states[i + 5]});
    }
    List<ReadMark> marks = new ArrayList<>(marked.length / 4);
    for (int i = 0; i < marked.length; i += 4) {
      UserPair pair = UserPair.of(marked[i], marked[i + 1]);
      long[] state = stateOf.get(pair);
      if (state == null) {
        throw new IllegalStateException("read messages of a conversation without a row");
      }
      int side = pair.isHigh(marked[i]) ? 1 : 0;
      marks.add(
          new ReadMark(
              marked[i],
              marked[i + 1],
              marked[i + 2],
              marked[i + 3],
              state[side],
              state[2 + side]));
    }
    return marks;
  }

  @Override
  public RecallOutcome recall(
      long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
    return new FunctionCaller(database)
        .call(
            RECALL,
            statement -> {
              statement.setLong(1, sender);
              statement.setLong(2, messageId);
              statement.setObject(3, since);
              statement.setObject(4, now);
            },
            row -> recalled(row, sender, messageId));
  }

  private static RecallOutcome recalled(ResultSet row, long sender, long messageId)
      throws SQLException {
    long recipient = row.getLong("recipient");
    if (row.wasNull()) {
      return new RecallOutcome.NotFound();
    }
    if (row.getBoolean("expired")) {
      return new RecallOutcome.Expired();
    }
    row.getLong("recall_id");
    return row.wasNull()
        ? new RecallOutcome.RecalledBefore()
        : new RecallOutcome.Recalled(
            messageId,
            sender,
            row.getLong("sender_change"),
            recipient,
            row.getLong("recipient_change"),
            row.getLong("unread_left"));
  }

  @Override
  public Recount recount(long user) {
    return new FunctionCaller(database)
        .call(
            RECOUNT,
            statement -> statement.setLong(1, user),
            row ->
                new Recount(row.getLong("before"), row.getLong("after"), row.getLong("corrected")));
  }

  private static long[] longs(List<NewMessage> newMessages, ToLongFunction<NewMessage> value) {
    return newMessages.stream().mapToLong(value).toArray();
  }

  private static <T> @Nullable String[] texts(
      List<T> elements, Function<T, @Nullable String> value) {
    return elements.stream().map(value).toArray(String[]::new);
  }

  private static <T> T array(ResultSet row, String column, Class<T> type) throws SQLException {
    return type.cast(row.getArray(column).getArray());
  }

  /** Numbers of eight bytes each. */
  private static long[] numbers(byte @Nullable [] bytes) {
    if (bytes == null) {
      return new long[0];
    }
    LongBuffer buffer = ByteBuffer.wrap(bytes).asLongBuffer();
    long[] numbers = new long[buffer.remaining()];
    buffer.get(numbers);
    return numbers;
  }
}
