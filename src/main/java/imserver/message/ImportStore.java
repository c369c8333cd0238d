package imserver.message;

import imserver.cluster.Change.Untold;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Stores messages of another system, some hundred in a transaction: see the package, "Imported".
 * Safe for use by several threads and servers.
 */
final class ImportStore {

  /** How many messages a transaction stores at most. */
  static final int STEP = 500;

  /** So many are looked for by one statement. */
  private static final int LOOKED_FOR = 50;

  private static final String MISSING_USERS =
      """
      select n.id from unnest(cast(? as bigint array)) as n (id)
      left join user_state s on s.user_id = n.id where s.user_id is null order by n.id
      """;

  private static final String ADD_USER =
      "insert into user_state (user_id, head, unread) values (?, 0, 0)";

  /** How often it is looked for users without a row, where others add some at the same time. */
  private static final int ATTEMPTS = 5;

  private static final String ERASED =
      """
      select e.user_id from unnest(cast(? as bigint array)) as n (id)
      join erasure e on e.user_id = n.id
      """;

  private static final String EXISTING =
      """
      select %d, case when abs(m.recipient_id) = ? and (m.content = ? or m.content = '') then 1 else 0 end
      from message m where m.sender_id = ? and m.dedupe_key = ?
      """;

  private static final String CONVERSATIONS =
      """
      select c.low_id, c.high_id, c.last_low, c.last_high, c.unread_low, c.unread_high,
             c.read_up_to_low, c.read_up_to_high
      from unnest(cast(? as bigint array), cast(? as bigint array)) as n (low, high)
      join conversation c on c.low_id = n.low and c.high_id = n.high
      """;

  private static final String TIMES =
      """
      select m.id, cast(extract(epoch from created_at) * 1000 as bigint)
      from unnest(cast(? as bigint array)) as n (id) join message m on m.id = n.id
      """;

  private static final String ADD_MESSAGE =
      """
      insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
      values (?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String ADD_UNREAD =
      "insert into unread (recipient_id, message_id, sender_id) values (?, ?, ?)";

  private static final String ADD_CONVERSATION =
      """
      insert into conversation
        (last_low, last_high, unread_low, unread_high, read_up_to_low, read_up_to_high,
         changed_low, changed_high, sent_low, sent_high, low_id, high_id)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String CHANGE_CONVERSATION =
      """
      update conversation set
        last_low = ?, last_high = ?, unread_low = ?, unread_high = ?, read_up_to_low = ?, read_up_to_high = ?,
        changed_low = greatest(changed_low, ?), changed_high = greatest(changed_high, ?),
        sent_low = sent_low + ?, sent_high = sent_high + ?
      where low_id = ? and high_id = ?
      """;

  private final StepDatabase database;

  ImportStore(StepDatabase database) {
    this.database = database;
  }

  /**
   * What was done.
   *
   * @param outcomes of the messages, in their order
   * @param changes what users are to be told
   */
  record Added(List<ImportOutcome> outcomes, List<Untold> changes) {}

  /** Stores messages, all that can be, or none; those of one conversation in their order. */
  Added add(List<ImportedMessage> messages) {
    SortedSet<Long> users = new TreeSet<>();
    for (ImportedMessage each : messages) {
      users.add(each.senderId());
      users.add(each.recipientId());
    }
    users.remove(0L);
    addUsers(users);
    return database.commit(statements -> new Batch(statements, users, messages).add());
  }

  /**
   * In a transaction of their own: who has locked one user may wait for one that another is about
   * to insert, and not the reverse.
   */
  private void addUsers(SortedSet<Long> users) {
    for (int attempt = 1; ; attempt++) {
      try {
        var unused = database.commit(statements -> addUsers(statements, users));
        return;
      } catch (CommitUnknownException e) {
        throw e;
      } catch (StorageException e) { // perhaps one has come meanwhile
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static int addUsers(StepStatements statements, SortedSet<Long> users)
      throws SQLException {
    List<Long> missing = statements.numbers(MISSING_USERS, users);
    statements.updateEach(ADD_USER, missing.stream().map(id -> new Object[] {id}).toList());
    return missing.size();
  }

  /** A conversation, as it is and as it is to be. */
  private static final class Side {
    private long last;
    private long unread;
    private long readUpTo;
    private long sent;
    private long change;

    /** A message to it that comes last. */
    void receive(long id, boolean read) {
      if (!read) {
        unread++;
      } else if (unread == 0) {
        readUpTo = id;
      }
    }
  }

  private static final class Entry {
    private final Side low = new Side();
    private final Side high = new Side();
    private boolean isThere;
    private boolean isChanged;
    private long lastTime = Long.MIN_VALUE;
  }

  private static final class Batch {
    private final StepStatements statements;
    private final List<ImportedMessage> messages;
    private final List<DedupeKey> keys;
    private final LockedUsers users;
    private final ImportOutcome[] outcomes;
    private final SortedMap<UserPair, Entry> conversations = new TreeMap<>();

    /** Locks all users whom it may concern. */
    Batch(StepStatements statements, Collection<Long> users, List<ImportedMessage> messages)
        throws SQLException {
      this.statements = statements;
      this.messages = messages;
      this.keys = messages.stream().map(ImportedMessage::key).toList();
      this.outcomes = new ImportOutcome[messages.size()];
      this.users = new LockedUsers(statements, users);
    }

    Added add() throws SQLException {
      findExisting();
      refuseErased();
      readConversations();
      List<Integer> accepted = accept();
      if (!accepted.isEmpty()) {
        store(accepted);
      }
      return new Added(List.of(outcomes), users.write());
    }

    private void findExisting() throws SQLException {
      for (int from = 0; from < messages.size(); from += LOOKED_FOR) {
        List<String> queries = new ArrayList<>();
        List<Object> parameters = new ArrayList<>();
        for (int i = from; i < Math.min(messages.size(), from + LOOKED_FOR); i++) {
          ImportedMessage message = messages.get(i);
          queries.add(EXISTING.formatted(i - from));
          parameters.addAll(
              List.of(
                  message.recipientId(), message.content(), message.senderId(), keys.get(i).key()));
        }
        for (long[] row :
            statements.rows(String.join(" union all ", queries), parameters.toArray())) {
          outcomes[from + (int) row[0]] =
              row[1] == 1 ? ImportOutcome.PRESENT : ImportOutcome.REUSED_ID;
        }
      }
    }

    private void refuseErased() throws SQLException {
      Set<Long> senders = new TreeSet<>();
      messages.forEach(each -> senders.add(each.senderId()));
      Set<Long> erased = new HashSet<>(statements.numbers(ERASED, senders));
      for (int i = 0; i < outcomes.length; i++) {
        if (outcomes[i] == null && erased.contains(messages.get(i).senderId())) {
          outcomes[i] = ImportOutcome.ERASED_SENDER;
        }
      }
    }

    private void readConversations() throws SQLException {
      for (int i = 0; i < outcomes.length; i++) {
        if (outcomes[i] == null) {
          conversations.computeIfAbsent(messages.get(i).pair(), pair -> new Entry());
        }
      }
      List<Long> lows = conversations.keySet().stream().map(UserPair::low).toList();
      List<Long> highs = conversations.keySet().stream().map(UserPair::high).toList();
      Map<Long, Entry> byLast = new HashMap<>();
      for (long[] row : statements.rows(CONVERSATIONS, lows, highs)) {
        Entry entry = conversations.get(new UserPair(row[0], row[1]));
        if (entry != null) {
          entry.isThere = true;
          entry.low.last = row[2];
          entry.high.last = row[3];
          entry.low.unread = row[4];
          entry.high.unread = row[5];
          entry.low.readUpTo = row[6];
          entry.high.readUpTo = row[7];
          byLast.put(Math.max(row[2], row[3]), entry);
        }
      }
      byLast.remove(0L); // the message is gone, or there never was one
      for (long[] row : statements.rows(TIMES, byLast.keySet())) {
        Entry entry = byLast.get(row[0]);
        if (entry != null) {
          entry.lastTime = row[1];
        }
      }
    }

    private Entry entry(UserPair pair) {
      return Objects.requireNonNull(conversations.get(pair), "that of each message was read");
    }

    /** Decides message by message; the indexes of those that are to be stored. */
    private List<Integer> accept() {
      Map<DedupeKey, ImportedMessage> accepted = new HashMap<>();
      List<Integer> indexes = new ArrayList<>();
      for (int i = 0; i < outcomes.length; i++) {
        if (outcomes[i] != null) {
          continue;
        }
        ImportedMessage message = messages.get(i);
        ImportedMessage before = accepted.get(keys.get(i));
        Entry entry = entry(message.pair());
        long time = message.sentAt().toInstant().toEpochMilli();
        if (before != null) {
          outcomes[i] =
              before.recipientId() == message.recipientId()
                      && before.content().equals(message.content())
                  ? ImportOutcome.PRESENT
                  : ImportOutcome.REUSED_ID;
        } else if (time < entry.lastTime) {
          outcomes[i] = ImportOutcome.OUT_OF_ORDER;
        } else {
          outcomes[i] = ImportOutcome.IMPORTED;
          entry.lastTime = time;
          entry.isChanged = true;
          accepted.put(keys.get(i), message);
          indexes.add(i);
        }
      }
      return indexes;
    }

    private void store(List<Integer> accepted) throws SQLException {
      List<Long> ids =
          statements.messageIds(accepted.size(), messages.get(accepted.get(0)).sentAt());
      List<Object[]> rows = new ArrayList<>();
      List<Object[]> unread = new ArrayList<>();
      for (int i = 0; i < accepted.size(); i++) {
        ImportedMessage message = messages.get(accepted.get(i));
        long id = ids.get(i);
        rows.add(
            new Object[] {
              id,
              message.senderId(),
              message.recipientId(),
              message.content(),
              Long.toString(message.sentAt().toInstant().toEpochMilli()),
              keys.get(accepted.get(i)).key(),
              message.sentAt()
            });
        if (!message.read()) {
          unread.add(new Object[] {message.recipientId(), id, message.senderId()});
          users.read(message.recipientId(), -1);
        }
        count(message, id);
      }
      statements.updateEach(ADD_MESSAGE, rows);
      statements.updateEach(ADD_UNREAD, unread);
      writeConversations();
    }

    private void count(ImportedMessage message, long id) {
      UserPair pair = message.pair();
      Entry entry = entry(pair);
      boolean toHigh = pair.isHigh(message.recipientId());
      (toHigh ? entry.high : entry.low).receive(id, message.read());
      (toHigh ? entry.low : entry.high).sent++;
      entry.low.last = id;
      entry.high.last = id;
    }

    /** One change for each of two users, however many messages they have. */
    private void writeConversations() throws SQLException {
      List<Object[]> added = new ArrayList<>();
      List<Object[]> changed = new ArrayList<>();
      conversations.forEach(
          (pair, entry) -> {
            if (entry.isChanged) {
              entry.high.change = users.change(pair.high());
              entry.low.change =
                  pair.low() == pair.high() ? entry.high.change : users.change(pair.low());
              (entry.isThere ? changed : added)
                  .add(
                      Arrays.asList(
                              entry.low.last,
                              entry.high.last,
                              entry.low.unread,
                              entry.high.unread,
                              entry.low.readUpTo,
                              entry.high.readUpTo,
                              entry.low.change,
                              entry.high.change,
                              entry.low.sent,
                              entry.high.sent,
                              pair.low(),
                              pair.high())
                          .toArray());
            }
          });
      statements.updateEach(ADD_CONVERSATION, added);
      statements.updateEach(CHANGE_CONVERSATION, changed);
    }
  }
}
