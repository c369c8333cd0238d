package imserver.message;

import imserver.message.Outcome.Stored;
import imserver.message.SenderHistory.PairHistory;
import imserver.packet.AttachedText;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Stores new messages on MariaDB, within a transaction that has locked all users whom they concern:
 * by a few statements, whatever their number. For one transaction.
 */
final class MariaDbInserter {

  private static final int DUPLICATE_KEY = 1062;

  private static final String LOCK =
      """
      select s.user_id, s.head, s.unread, s.has_rules, coalesce(s.stranger_quota, -1)
      from unnest(cast(? as bigint array)) as n (id)
      join user_state s /*! force index (primary) */ on s.user_id = n.id order by s.user_id for update
      """;

  private static final String CONVERSATIONS =
      """
      select c.low_id, c.high_id, c.unread_low, c.unread_high, c.sent_low, c.sent_high, c.blocked_by_low, c.blocked_by_high
      from unnest(cast(? as bigint array), cast(? as bigint array)) as n (low, high)
      join conversation c /*! force index (primary) */ on c.low_id = n.low and c.high_id = n.high
      """;

  private static final String EXISTING =
      """
      select m.sender_id, m.dedupe_key, m.id, m.recipient_id, m.content, m.created_at, h.title, h.url
      from message m left join notice h on h.message_id = m.id where\
      """;

  private static final String FILES =
      "select file_id from attachment where message_id = ? order by message_id, position";

  private static final String ADD_MESSAGES =
      "insert into message"
          + " (sender_id, recipient_id, dedupe_key, content, client_timestamp, created_at)";

  private static final String WRITE_CONVERSATIONS =
      "insert into conversation (low_id, high_id, last_low, last_high, unread_low, unread_high,"
          + " changed_low, changed_high, sent_low, sent_high)";

  private static final String OR_RAISE_CONVERSATIONS =
      """
      on duplicate key update
        last_low = greatest(last_low, values(last_low)), last_high = greatest(last_high, values(last_high)),
        unread_low = unread_low + values(unread_low), unread_high = unread_high + values(unread_high),
        changed_low = greatest(changed_low, values(changed_low)),
        changed_high = greatest(changed_high, values(changed_high)),
        sent_low = sent_low + values(sent_low), sent_high = sent_high + values(sent_high)
      """;

  private static final String SUSPENDED =
      """
      select p.user_id from unnest(cast(? as bigint array)) as n (id)
      join suspension p on p.user_id = n.id where p.ends_at > ?
      """;

  private static final String NEW_RECIPIENTS =
      """
      select r.sender_id, count(*) from unnest(cast(? as bigint array)) as n (id)
      join new_recipient r on r.sender_id = n.id where r.began_at > ? group by r.sender_id
      """;

  private static final String OLD_RECIPIENTS =
      """
      select sender_id, recipient_id from new_recipient where began_at <= ?
      order by began_at limit 100 for update skip locked
      """;

  /** A user who is locked; the head and the unread count rise as messages are stored. */
  static final class User {

    private long head;
    private long unread;
    private final boolean hasRules;
    private final int quota;

    User(long head, long unread, boolean hasRules, int quota) {
      this.head = head;
      this.unread = unread;
      this.hasRules = hasRules;
      this.quota = quota;
    }
  }

  /** What a conversation is before messages are stored. */
  private record State(long unreadLow, long unreadHigh, PairHistory history) {

    static final State NONE = new State(0, 0, PairHistory.NONE);
  }

  /** Of a message that is there: what it is compared with. */
  private record Known(
      long id,
      long recipient,
      String content,
      OffsetDateTime came,
      @Nullable String title,
      @Nullable String url) {}

  private final StepStatements statements;
  private final @Nullable MariaDbEvents events;
  private final Map<Long, User> users;

  MariaDbInserter(
      StepStatements statements, @Nullable MariaDbEvents events, Map<Long, User> users) {
    this.statements = statements;
    this.events = events;
    this.users = users;
  }

  /** Locks users, in the order of their ids; without those who have no row. */
  static Map<Long, User> lock(StepStatements statements, SortedSet<Long> users)
      throws SQLException {
    Map<Long, User> locked = new HashMap<>();
    if (!users.isEmpty()) {
      for (long[] row : statements.rows(LOCK, users)) {
        locked.put(row[0], new User(row[1], row[2], row[3] != 0, (int) row[4]));
      }
    }
    return locked;
  }

  /**
   * See {@link MessageStore#add}. Keys are looked for first only where rules have to be looked at,
   * since what a retry says is never refused; else once the insert has found one.
   */
  List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) throws SQLException {
    Outcomes outcomes =
        new Outcomes(newMessages.stream().map(each -> each.silenced(false)).toList());
    boolean hasRules = hasRules(rules);
    boolean isDecided = !hasRules;
    boolean looks = hasRules;
    for (List<NewMessage> open = outcomes.open(); !open.isEmpty(); open = outcomes.open()) {
      Map<Integer, ExistingMessage> existing = looks ? existing(open) : Map.of();
      if (!existing.isEmpty()) {
        outcomes.existing(existing);
        isDecided = !hasRules;
      } else if (!isDecided) {
        outcomes.decided(decide(open, rules));
        isDecided = true;
      } else {
        List<Stored> stored = addNew(open, rules, looks);
        if (stored.isEmpty()) {
          looks = true;
        } else {
          outcomes.stored(stored);
          isDecided = !hasRules;
        }
      }
    }
    return outcomes.all();
  }

  private boolean hasRules(SiteRules rules) {
    return rules.strangerQuota() != SiteRules.NO_BOUND
        || rules.newRecipients() != SiteRules.NO_BOUND
        || users.values().stream().anyMatch(user -> user.hasRules);
  }

  /** What is stored under the keys of messages, by their indexes. */
  private Map<Integer, ExistingMessage> existing(List<NewMessage> newMessages) throws SQLException {
    List<Object> keys = new ArrayList<>();
    newMessages.stream()
        .map(NewMessage::key)
        .distinct()
        .forEach(
            key -> {
              keys.add(key.senderId());
              keys.add(key.key());
            });
    String condition = " m.sender_id = ? and m.dedupe_key = ?";
    Map<DedupeKey, Known> known = new HashMap<>();
    var unused =
        statements.readOnce(
            row -> known.put(new DedupeKey(row.getLong(1), row.getString(2)), known(row)),
            EXISTING + condition + (" or" + condition).repeat(keys.size() / 2 - 1),
            keys.toArray());
    Map<Integer, ExistingMessage> existing = new HashMap<>();
    for (int i = 0; i < newMessages.size(); i++) {
      Known found = known.get(newMessages.get(i).key());
      if (found != null) {
        existing.put(
            i, new ExistingMessage(found.id(), found.came(), isSame(found, newMessages.get(i))));
      }
    }
    return existing;
  }

  private static Known known(ResultSet row) throws SQLException {
    return new Known(
        row.getLong(3),
        Math.abs(row.getLong(4)),
        row.getString(5),
        row.getObject(6, OffsetDateTime.class),
        row.getString(7),
        row.getString(8));
  }

  /** What a recalled message said is gone: there the recipient decides. */
  private boolean isSame(Known known, NewMessage newMessage) throws SQLException {
    return known.recipient() == newMessage.recipientId()
        && (known.content().isEmpty() || known.content().equals(newMessage.content()))
        && Objects.equals(known.title(), newMessage.title())
        && Objects.equals(known.url(), newMessage.url())
        && (!AttachedText.mayHaveFiles(known.content())
            || statements.numbers(FILES, known.id()).equals(newMessage.fileIds()));
  }

  private List<SendingRules.Decision> decide(List<NewMessage> newMessages, SiteRules rules)
      throws SQLException {
    OffsetDateTime now = newMessages.get(0).createdAt();
    Map<UserPair, PairHistory> pairs = new HashMap<>();
    states(pairs(newMessages)).forEach((pair, state) -> pairs.put(pair, state.history()));
    Map<Long, Integer> quotas = new HashMap<>();
    users.forEach(
        (id, user) -> {
          if (user.quota >= 0) {
            quotas.put(id, user.quota);
          }
        });
    Map<Long, Integer> newRecipients = new HashMap<>();
    if (rules.newRecipients() != SiteRules.NO_BOUND) {
      for (long[] row : statements.rows(NEW_RECIPIENTS, users.keySet(), now.minusHours(1))) {
        newRecipients.put(row[0], (int) row[1]);
      }
    }
    Set<Long> suspended = new HashSet<>(statements.numbers(SUSPENDED, users.keySet(), now));
    return SendingRules.decide(
        newMessages, rules, new SenderHistory(pairs, quotas, newRecipients, suspended));
  }

  private static Set<UserPair> pairs(List<NewMessage> newMessages) {
    Set<UserPair> pairs = new HashSet<>();
    newMessages.forEach(each -> pairs.add(UserPair.of(each.senderId(), each.recipientId())));
    return pairs;
  }

  /** Of conversations, whose users are locked; those that there are. */
  private SortedMap<UserPair, State> states(Set<UserPair> pairs) throws SQLException {
    SortedMap<UserPair, State> states = new TreeMap<>();
    List<Long> lows = pairs.stream().map(UserPair::low).toList();
    List<Long> highs = pairs.stream().map(UserPair::high).toList();
    for (long[] row : statements.rows(CONVERSATIONS, lows, highs)) {
      states.put(
          new UserPair(row[0], row[1]),
          new State(row[2], row[3], new PairHistory(row[4], row[5], row[6] != 0, row[7] != 0)));
    }
    return states;
  }

  /** Stores all; returns nothing, and has done nothing, where a key is there already. */
  private List<Stored> addNew(List<NewMessage> newMessages, SiteRules rules, boolean looked)
      throws SQLException {
    ConversationDeltas deltas = ConversationDeltas.of(newMessages);
    OffsetDateTime came = newMessages.get(0).createdAt();
    SortedMap<UserPair, State> states = states(deltas.pairs());
    long first;
    try {
      first = statements.insertRows(ADD_MESSAGES, messages(newMessages, came), "");
    } catch (SQLException e) { // a statement that fails has done nothing
      if (e.getErrorCode() == DUPLICATE_KEY && !looked) {
        return List.of();
      }
      throw e;
    }
    long[] ids = new long[newMessages.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = first + i;
    }
    long[] heads = raiseUsers(deltas);
    if (rules.newRecipients() != SiteRules.NO_BOUND) {
      noteNewRecipients(deltas, states, came);
    }
    writeConversations(deltas, ids, heads);
    addUnread(newMessages, ids);
    addDetails(newMessages, ids);
    if (events != null) {
      events.stored(newMessages, ids);
    }
    return deltas.stored(ids, heads, counts(deltas, states));
  }

  private static List<@Nullable Object[]> messages(
      List<NewMessage> newMessages, OffsetDateTime came) {
    List<@Nullable Object[]> rows = new ArrayList<>(newMessages.size());
    for (NewMessage each : newMessages) {
      rows.add(
          new Object[] {
            each.senderId(),
            each.storedRecipient(),
            each.key().key(),
            each.content(),
            each.timestamp(),
            came
          });
    }
    return rows;
  }

  /** Returns the heads of the users, in the order of their ids. */
  private long[] raiseUsers(ConversationDeltas deltas) throws SQLException {
    long[] ids = deltas.users();
    int[] changes = deltas.changes();
    int[] received = deltas.received();
    long[] heads = new long[ids.length];
    List<@Nullable Object[]> rows = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      User user = Objects.requireNonNull(users.get(ids[i]));
      user.head += changes[i];
      user.unread += received[i];
      heads[i] = user.head;
      rows.add(new Object[] {ids[i], user.head, user.unread});
    }
    if (!rows.isEmpty()) {
      statements.insertRows(
          "insert into user_state (user_id, head, unread)",
          rows,
          "on duplicate key update head = values(head), unread = values(unread)");
    }
    return heads;
  }

  private void writeConversations(ConversationDeltas deltas, long[] ids, long[] heads)
      throws SQLException {
    int[] lowLasts = deltas.lowLasts();
    int[] highLasts = deltas.highLasts();
    int[] toLows = deltas.toLows();
    int[] toHighs = deltas.toHighs();
    long[] lowChanges = deltas.lowChanges(heads);
    long[] highChanges = deltas.highChanges(heads);
    int[] sentByLows = deltas.sentByLows();
    int[] sentByHighs = deltas.sentByHighs();
    List<@Nullable Object[]> rows = new ArrayList<>(lowLasts.length);
    int i = 0;
    for (UserPair pair : deltas.pairs()) {
      rows.add(
          new Object[] {
            pair.low(),
            pair.high(),
            lowLasts[i] == 0 ? 0 : ids[lowLasts[i] - 1],
            highLasts[i] == 0 ? 0 : ids[highLasts[i] - 1],
            toLows[i],
            toHighs[i],
            lowChanges[i],
            highChanges[i],
            sentByLows[i],
            sentByHighs[i]
          });
      i++;
    }
    statements.insertRows(WRITE_CONVERSATIONS, rows, OR_RAISE_CONVERSATIONS);
  }

  /** Of each conversation the unread messages to low, and those to high. */
  private static long[] counts(ConversationDeltas deltas, SortedMap<UserPair, State> states) {
    int[] toLows = deltas.toLows();
    int[] toHighs = deltas.toHighs();
    long[] counts = new long[2 * toLows.length];
    int i = 0;
    for (UserPair pair : deltas.pairs()) {
      State state = states.getOrDefault(pair, State.NONE);
      counts[2 * i] = state.unreadLow() + toLows[i];
      counts[2 * i + 1] = state.unreadHigh() + toHighs[i];
      i++;
    }
    return counts;
  }

  private void addUnread(List<NewMessage> newMessages, long[] ids) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      NewMessage each = newMessages.get(i);
      if (!each.silenced()) {
        rows.add(new Object[] {each.recipientId(), ids[i], each.senderId()});
      }
    }
    if (!rows.isEmpty()) {
      statements.insertRows("insert into unread (recipient_id, message_id, sender_id)", rows, "");
    }
  }

  /** What few messages have. */
  private void addDetails(List<NewMessage> newMessages, long[] ids) throws SQLException {
    List<@Nullable Object[]> notices = new ArrayList<>();
    List<@Nullable Object[]> files = new ArrayList<>();
    List<@Nullable Object[]> flagged = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      NewMessage each = newMessages.get(i);
      if (each.noticeDetails() != null) {
        notices.add(new @Nullable Object[] {ids[i], each.title(), each.url()});
      }
      for (int position = 0; position < each.fileIds().size(); position++) {
        files.add(new Object[] {ids[i], position, each.fileIds().get(position)});
      }
      if (each.flagged()) {
        flagged.add(new Object[] {ids[i], each.content()});
      }
    }
    if (!notices.isEmpty()) {
      statements.insertRows("insert into notice (message_id, title, url)", notices, "");
    }
    if (!files.isEmpty()) {
      statements.insertRows("insert into attachment (message_id, position, file_id)", files, "");
    }
    if (!flagged.isEmpty()) {
      statements.insertRows("insert into flagged_message (message_id, content)", flagged, "");
    }
  }

  /** Remembers to whom users write first, and forgets whom they have an hour ago. */
  private void noteNewRecipients(
      ConversationDeltas deltas, SortedMap<UserPair, State> states, OffsetDateTime now)
      throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    int[] unanswered = deltas.unanswered();
    int i = 0;
    for (UserPair pair : deltas.pairs()) {
      int first = unanswered[i++];
      if (first != 0 && states.getOrDefault(pair, State.NONE).history().isEmpty()) {
        rows.add(
            new Object[] {
              first > 0 ? pair.low() : pair.high(), first > 0 ? pair.high() : pair.low(), now
            });
      }
    }
    if (!rows.isEmpty()) {
      forgetNewRecipients(now.minusHours(1));
      statements.insertRows(
          "insert into new_recipient (sender_id, recipient_id, began_at)",
          rows,
          "on duplicate key update sender_id = sender_id");
    }
  }

  /** Of anybody; without waiting for another who does the same. */
  private void forgetNewRecipients(OffsetDateTime upTo) throws SQLException {
    List<Object[]> old = new ArrayList<>();
    for (long[] row : statements.rows(OLD_RECIPIENTS, upTo)) {
      old.add(new Object[] {row[0], row[1]});
    }
    statements.updateEach(
        "delete from new_recipient where sender_id = ? and recipient_id = ?", old);
  }
}
