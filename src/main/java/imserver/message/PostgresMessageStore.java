package imserver.message;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import imserver.config.Config;
import imserver.database.RolledBack;
import imserver.database.StorageException;
import imserver.message.SenderHistory.PairHistory;
import imserver.message.SendingRules.Decision;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import imserver.packet.Attachment;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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
          + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String MARK_READ = "select * from mark_read(?, ?, ?, ?)";
  private static final String RECALL = "select * from recall_message(?, ?, ?, ?, true, ?)";
  private static final String REMOVE = "select * from remove_message(?, ?, ?, ?, ?, ?)";
  private static final String SUSPEND = "select * from suspend_user(?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String END_SUSPENSION = "select * from end_suspension(?, ?, ?, ?, ?)";
  private static final String RECOUNT = "select * from recount(?)";
  private static final String SET = "select * from set_conversation(?, ?, ?, ?, ?, ?, ?)";
  private static final String SET_QUOTA =
      """
      insert into user_state as s (user_id, head, unread, stranger_quota, has_rules) values (?, 0, 0, ?, true)
      on conflict (user_id) do update set stranger_quota = excluded.stranger_quota, has_rules = true
      returning s.user_id
      """;

  /**
   * So often it is decided anew in one call. Each time somebody else must have changed something
   * meanwhile.
   */
  private static final int MOST_DECISIONS = 20;

  /** Of so many it is remembered that they were silenced. */
  private static final long SILENCED_PAIRS = 10_000;

  /** Retries come in groups: in so many batches after one, the keys are looked for first. */
  private static final int LOOK_AFTER_RETRY = 100;

  @Inject private DataSource database;

  /** Whether events are written for the host application. */
  @Inject private Config config;

  /**
   * In how many more batches the keys are looked for first. Threads may overwrite each other's
   * value: it is only an estimate.
   */
  private volatile int batchesToLookThrough;

  /** Who was silenced lately, with whom: so that most batches are right at once. */
  private final Cache<UserPair, Set<Long>> silenced =
      Caffeine.newBuilder().maximumSize(SILENCED_PAIRS).build();

  /** For the container, which injects the rest. */
  public PostgresMessageStore() {}

  PostgresMessageStore(DataSource database, Config config) {
    this.database = database;
    this.config = config;
  }

  /** What the function has done. */
  private sealed interface Added {

    /** It has stored all. */
    record All(List<Outcome.Stored> stored) implements Added {}

    /** Nothing, since some exist already. */
    record Existing(Map<Integer, ExistingMessage> existing) implements Added {}

    /** Nothing, since it was decided without knowing this. */
    record Undecided(SenderHistory history) implements Added {}
  }

  @Override
  public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
    Outcomes outcomes = new Outcomes(newMessages.stream().map(this::guessed).toList());
    int before = batchesToLookThrough;
    boolean look = before > 0;
    boolean retried = false;
    int decisions = 0;
    for (List<NewMessage> open = outcomes.open(); !open.isEmpty(); open = outcomes.open()) {
      Added added = addNew(open, rules, look);
      if (added instanceof Added.All all) {
        outcomes.stored(all.stored());
      } else if (added instanceof Added.Existing existing) {
        outcomes.existing(existing.existing());
        retried = true;
        look = true;
      } else if (added instanceof Added.Undecided undecided) {
        if (decisions++ == MOST_DECISIONS) {
          throw new StorageException(
              new IllegalStateException("what users have set has changed all the time"));
        }
        List<Decision> decided = SendingRules.decide(open, rules, undecided.history());
        remember(open, decided);
        outcomes.decided(decided);
        look = true; // the function has done so
      }
    }
    batchesToLookThrough = retried ? LOOK_AFTER_RETRY : Math.max(0, before - 1);
    return outcomes.all();
  }

  private NewMessage guessed(NewMessage newMessage) {
    UserPair pair = UserPair.of(newMessage.senderId(), newMessage.recipientId());
    Set<Long> senders = silenced.getIfPresent(pair);
    return newMessage.silenced(senders != null && senders.contains(newMessage.senderId()));
  }

  private void remember(List<NewMessage> newMessages, List<Decision> decisions) {
    for (int i = 0; i < decisions.size(); i++) {
      long sender = newMessages.get(i).senderId();
      UserPair pair = UserPair.of(sender, newMessages.get(i).recipientId());
      if (decisions.get(i) == Decision.SILENCE) {
        silenced.get(pair, key -> ConcurrentHashMap.newKeySet()).add(sender);
      } else if (newMessages.get(i).silenced()) {
        silenced.invalidate(pair);
      }
    }
  }

  private Added addNew(List<NewMessage> newMessages, SiteRules rules, boolean look) {
    ConversationDeltas deltas = ConversationDeltas.of(newMessages);
    return new FunctionCaller(database)
        .call(
            ADD,
            statement -> bind(statement, newMessages, deltas, rules, look, config.webhook()),
            row -> added(row, newMessages, deltas));
  }

  private static void bind(
      PreparedStatement statement,
      List<NewMessage> newMessages,
      ConversationDeltas deltas,
      SiteRules rules,
      boolean look,
      Config.Webhook webhook)
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
    @Nullable Object[] parameters = {
      longs(newMessages, NewMessage::senderId),
      longs(newMessages, NewMessage::storedRecipient),
      texts(newMessages, newMessage -> newMessage.key().key()),
      texts(newMessages, NewMessage::content),
      texts(newMessages, NewMessage::timestamp),
      newMessages.get(0).createdAt(),
      ordinals.stream().mapToInt(Integer::intValue).toArray(),
      texts(notices, NoticeDetails::title),
      texts(notices, NoticeDetails::url),
      flagged(newMessages),
      carriers(newMessages),
      newMessages.stream().flatMapToLong(PostgresMessageStore::fileIds).toArray(),
      deltas.users(),
      deltas.changes(),
      deltas.received(),
      deltas.lows(),
      deltas.highs(),
      deltas.lowLasts(),
      deltas.highLasts(),
      deltas.toLows(),
      deltas.toHighs(),
      deltas.lowPositions(),
      deltas.lowLaters(),
      deltas.highPositions(),
      deltas.highLaters(),
      deltas.silencedOfLows(),
      deltas.silencedOfHighs(),
      deltas.unanswered(),
      bound(rules.strangerQuota()),
      bound(rules.newRecipients()),
      look,
      webhook.isOn(),
      webhook.unseen() == 0 ? null : webhook.unseen()
    };
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] == null) {
        statement.setNull(i + 1, Types.NULL);
      } else {
        statement.setObject(i + 1, parameters[i]);
      }
    }
  }

  /** The ordinals of those that are to be reported. */
  private static int[] flagged(List<NewMessage> newMessages) {
    return IntStream.range(0, newMessages.size())
        .filter(index -> newMessages.get(index).flagged())
        .map(index -> index + 1)
        .toArray();
  }

  /** The ordinal of each message as often as it has files. */
  private static int[] carriers(List<NewMessage> newMessages) {
    return IntStream.range(0, newMessages.size())
        .flatMap(index -> fileIds(newMessages.get(index)).mapToInt(id -> index + 1))
        .toArray();
  }

  private static LongStream fileIds(NewMessage newMessage) {
    return newMessage.attachments().stream().mapToLong(Attachment::fileId);
  }

  private static @Nullable Integer bound(int bound) {
    return bound == SiteRules.NO_BOUND ? null : bound;
  }

  private static Added added(ResultSet row, List<NewMessage> newMessages, ConversationDeltas deltas)
      throws SQLException {
    byte[] pairs = row.getBytes("pairs");
    if (pairs != null) {
      return new Added.Undecided(history(deltas, numbers(pairs), numbers(row.getBytes("quotas"))));
    }
    if (row.getArray("known") == null) {
      long[] ids = ids(array(row, "ids", Long[].class), newMessages.size());
      return new Added.All(
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
    return new Added.Existing(existing);
  }

  /**
   * What the function returns of it.
   *
   * @param pairs of each conversation: sent by low, sent by high, who has blocked whom
   * @param quotas of each user: the quota, -1 for none, the new recipients, and whether suspended
   */
  private static SenderHistory history(ConversationDeltas deltas, long[] pairs, long[] quotas) {
    Map<UserPair, PairHistory> histories = new HashMap<>();
    int i = 0;
    for (UserPair pair : deltas.pairs()) {
      long blocked = pairs[i + 2];
      histories.put(
          pair, new PairHistory(pairs[i], pairs[i + 1], (blocked & 1) != 0, (blocked & 2) != 0));
      i += 3;
    }
    Map<Long, Integer> strangerQuotas = new HashMap<>();
    Map<Long, Integer> newRecipients = new HashMap<>();
    Set<Long> suspended = new HashSet<>();
    long[] users = deltas.users();
    for (int k = 0; k < users.length; k++) {
      if (quotas[3 * k] >= 0) {
        strangerQuotas.put(users[k], (int) quotas[3 * k]);
      }
      newRecipients.put(users[k], (int) quotas[3 * k + 1]);
      if (quotas[3 * k + 2] > 0) {
        suspended.add(users[k]);
      }
    }
    return new SenderHistory(histories, strangerQuotas, newRecipients, suspended);
  }

  @Override
  public SettingsOutcome set(long user, long other, SettingsChange change) {
    return new FunctionCaller(database)
        .call(
            SET,
            statement -> {
              statement.setLong(1, user);
              statement.setLong(2, other);
              setBoolean(statement, 3, change.block());
              setBoolean(statement, 4, change.mute());
              setBoolean(statement, 5, change.pin());
              setBoolean(statement, 6, change.hide());
              statement.setInt(7, MAX_BLOCKED);
            },
            PostgresMessageStore::settings);
  }

  private static void setBoolean(PreparedStatement statement, int index, @Nullable Boolean value)
      throws SQLException {
    if (value == null) {
      statement.setNull(index, Types.BOOLEAN);
    } else {
      statement.setBoolean(index, value);
    }
  }

  private static SettingsOutcome settings(ResultSet row) throws SQLException {
    if (row.getBoolean("too_many")) {
      return new SettingsOutcome.TooManyBlocked();
    }
    long change = row.getLong("change");
    if (row.wasNull()) {
      return new SettingsOutcome.NoConversation();
    }
    return new SettingsOutcome.Set(
        change,
        new ConversationSettings(
            row.getBoolean("is_blocked"),
            row.getBoolean("is_muted"),
            row.getBoolean("is_pinned"),
            row.getBoolean("is_hidden")));
  }

  @Override
  public void setStrangerQuota(long user, @Nullable Integer quota) {
    new FunctionCaller(database)
        .call(
            SET_QUOTA,
            statement -> {
              statement.setLong(1, user);
              if (quota == null) {
                statement.setNull(2, Types.INTEGER);
              } else {
                statement.setInt(2, quota);
              }
            },
            row -> row.getLong(1));
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
              statement.setBoolean(4, config.webhook().isOn());
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
              statement.setBoolean(5, config.webhook().isOn());
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
    if (row.getBoolean("suspended")) {
      return new RecallOutcome.Suspended();
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
  public RecallOutcome remove(long messageId, ModerationStep step) {
    return new FunctionCaller(database)
        .call(
            REMOVE,
            statement -> {
              statement.setLong(1, messageId);
              bind(statement, 2, step);
              statement.setBoolean(6, config.webhook().isOn());
            },
            row -> recalled(row, row.getLong("sender"), messageId));
  }

  /** The time, the moderator and the reason, from a parameter on. */
  private static void bind(PreparedStatement statement, int first, ModerationStep step)
      throws SQLException {
    statement.setObject(first, step.at());
    statement.setLong(first + 1, step.moderatorId());
    statement.setString(first + 2, step.moderator());
    statement.setString(first + 3, step.reason());
  }

  @Override
  public SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    return new FunctionCaller(database)
        .call(
            SUSPEND,
            statement -> {
              statement.setLong(1, user);
              statement.setString(2, scope.text());
              statement.setObject(3, until);
              bind(statement, 4, step);
              statement.setString(8, step.detail());
            },
            row -> new SuspensionChange(user, scope, until, row.getLong("version")));
  }

  @Override
  public Optional<SuspensionChange> endSuspension(long user, ModerationStep step) {
    return new FunctionCaller(database)
        .call(
            END_SUSPENSION,
            statement -> {
              statement.setLong(1, user);
              bind(statement, 2, step);
            },
            row -> {
              long version = row.getLong("version");
              return row.wasNull()
                  ? Optional.empty()
                  : SuspensionScope.of(row.getString("from_what"))
                      .map(scope -> new SuspensionChange(user, scope, step.at(), version));
            });
  }

  @Override
  public void rehearse(List<NewMessage> newMessages, SiteRules rules) {
    RolledBack.run(
        database,
        source ->
            MessageStore.addAndMark(new PostgresMessageStore(source, config), newMessages, rules));
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
