package imserver.message;

import imserver.database.CommitUnknownException;
import imserver.database.Schema;
import imserver.database.StorageException;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
 * Writes to PostgreSQL by the functions of the migrations, one round trip a call. A statement
 * outside a transaction is one by itself, and committed when it is answered; to have the container
 * commit is a second round trip, at the end of which a busy lane waits for a processor again. Hence
 * JDBC, and no transaction of the container. Safe for use by several threads.
 */
@ApplicationScoped
public class PostgresMessageStore implements MessageStore {

  private static final System.Logger LOG = System.getLogger(PostgresMessageStore.class.getName());

  private static final String ADD =
      "select * from add_messages(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
          + " ?)";
  private static final String MARK_READ = "select * from mark_read(?, ?)";
  private static final String RECOUNT = "select * from recount(?)";

  /**
   * What begins like this may have come after the commit, or may end the whole database in the
   * midst of it (PostgreSQL, appendix A): a connection that broke; an end of the statement that is
   * not known; an operator who ends connections, or a crash; no room on the disk, or one that
   * fails; a fault of the database, or of the driver.
   */
  private static final List<String> COMMIT_UNKNOWN =
      List.of("08", "40003", "57P", "53", "58", "XX", "99");

  /** Retries come in swarms: after one, so many batches are looked through for others. */
  private static final int LOOK_AFTER_RETRY = 100;

  @Resource(lookup = Schema.DATA_SOURCE)
  private DataSource database;

  /**
   * How many batches more are looked through. Threads may overwrite each other's: it is a guess.
   */
  private volatile int batchesToLookThrough;

  /** For the container, which injects the rest. */
  public PostgresMessageStore() {}

  PostgresMessageStore(DataSource database) {
    this.database = database;
  }

  /** Gives a statement its parameters. */
  private interface Binding {
    void bind(PreparedStatement statement) throws SQLException;
  }

  /** Reads the one row of an answer. */
  private interface Reading<R> {
    R read(ResultSet row) throws SQLException;
  }

  /**
   * What the database has made of new messages: it has stored all of them, or none since it knows
   * some.
   */
  private record Added(Map<Integer, ExistingMessage> known, List<Outcome.Stored> stored) {}

  @Override
  public List<Outcome> add(List<NewMessage> newMessages) {
    Outcomes outcomes = new Outcomes(newMessages);
    int before = batchesToLookThrough;
    boolean look = before > 0;
    boolean retried = false;
    for (List<NewMessage> open = outcomes.open(); !open.isEmpty(); open = outcomes.open()) {
      Added added = addNew(open, look);
      if (added.known().isEmpty()) {
        outcomes.stored(added.stored());
      } else {
        outcomes.known(added.known());
        retried = true;
        look = true;
      }
    }
    batchesToLookThrough = retried ? LOOK_AFTER_RETRY : Math.max(0, before - 1);
    return outcomes.all();
  }

  private Added addNew(List<NewMessage> newMessages, boolean look) {
    ConversationDeltas deltas = ConversationDeltas.of(newMessages);
    return ask(
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
      return new Added(Map.of(), deltas.stored(ids, numbers(row.getBytes("heads"))));
    }
    Integer[] known = array(row, "known", Integer[].class);
    Long[] earlier = array(row, "earlier", Long[].class);
    Boolean[] same = array(row, "same", Boolean[].class);
    Map<Integer, ExistingMessage> messages = new HashMap<>();
    for (int i = 0; i < known.length; i++) {
      messages.put(known[i] - 1, new ExistingMessage(earlier[i], same[i]));
    }
    return new Added(messages, List.of());
  }

  /** The function leaves away those that follow on the first. */
  private static long[] ids(Long[] told, int count) {
    long[] ids = new long[count];
    for (int i = 0; i < count; i++) {
      ids[i] = told.length == 1 ? told[0] + i : told[i];
    }
    return ids;
  }

  @Override
  public List<ReadMark> markRead(Map<Long, ? extends Collection<Long>> idsByReader) {
    long[] readers =
        idsByReader.entrySet().stream()
            .flatMapToLong(entry -> entry.getValue().stream().mapToLong(id -> entry.getKey()))
            .toArray();
    long[] ids =
        idsByReader.values().stream()
            .flatMapToLong(each -> each.stream().mapToLong(Long::longValue))
            .toArray();
    return ask(
        MARK_READ,
        statement -> {
          statement.setObject(1, readers);
          statement.setObject(2, ids);
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
        throw new IllegalStateException("read messages of a conversation that is not there");
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
  public Recount recount(long user) {
    return ask(
        RECOUNT,
        statement -> statement.setLong(1, user),
        row -> new Recount(row.getLong("before"), row.getLong("after"), row.getLong("corrected")));
  }

  /** Whatever fails before the statement is sent has done nothing; after that it depends. */
  private <R> R ask(String sql, Binding binding, Reading<R> reading) {
    Connection connection;
    try {
      connection = database.getConnection();
    } catch (SQLException e) {
      throw new StorageException(e);
    }
    PreparedStatement statement = null;
    try {
      statement = prepare(connection, sql, binding);
      return execute(statement, reading);
    } finally {
      close(statement);
      close(connection);
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Binding binding) {
    PreparedStatement statement = null;
    try {
      connection.setAutoCommit(true);
      statement = connection.prepareStatement(sql);
      binding.bind(statement);
      return statement;
    } catch (SQLException e) {
      close(statement);
      throw new StorageException(e);
    }
  }

  private static <R> R execute(PreparedStatement statement, Reading<R> reading) {
    ResultSet rows;
    try {
      rows = statement.executeQuery();
    } catch (SQLException e) {
      throw isCommitUnknown(e) ? new CommitUnknownException(e) : new StorageException(e);
    } catch (RuntimeException e) { // of the driver, or of the server's pool
      throw new CommitUnknownException(e);
    }
    try { // it is committed
      if (!rows.next()) {
        throw new IllegalStateException("a function without an answer");
      }
      return reading.read(rows);
    } catch (SQLException | RuntimeException e) {
      throw new CommitUnknownException(e);
    }
  }

  private static boolean isCommitUnknown(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.isEmpty() || COMMIT_UNKNOWN.stream().anyMatch(state::startsWith);
  }

  /** What the statement has brought stays true, whatever becomes of the connection. */
  private static void close(@Nullable AutoCloseable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "a connection was not given back: {0}", e.getMessage());
    }
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
