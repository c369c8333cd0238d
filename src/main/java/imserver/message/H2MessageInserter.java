package imserver.message;

import imserver.packet.AttachedText;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stores new messages on H2, within a transaction: by a few statements over arrays, whatever their
 * number.
 */
final class H2MessageInserter {

  private static final String EXISTING =
      """
      select n.ordinal, m.id, m.created_at,
             case when abs(m.recipient_id) = n.recipient_id and (m.content = n.content or m.content = '')
                    and h.title is not distinct from n.title and h.url is not distinct from n.url
                  then 1 else 0 end,
             m.content
      from unnest(cast(?1 as integer array), cast(?2 as bigint array), cast(?3 as varchar array),
                  cast(?4 as bigint array), cast(?5 as varchar array), cast(?6 as varchar array),
                  cast(?7 as varchar array))
             as n (ordinal, sender_id, dedupe_key, recipient_id, content, title, url)
      join message m on m.sender_id = n.sender_id and m.dedupe_key = n.dedupe_key
      left join notice h on h.message_id = m.id
      """;

  private static final String RAISE_HEADS =
      """
      merge into user_state s
      using (select * from unnest(cast(?1 as bigint array), cast(?2 as integer array), cast(?3 as integer array))
               as n (user_id, changes, received)) n
      on s.user_id = n.user_id
      when matched then update set head = s.head + n.changes, unread = s.unread + n.received
      when not matched then insert (user_id, head, unread) values (n.user_id, n.changes, n.received)
      """;

  private static final String HEADS =
      """
      select s.head from unnest(cast(?1 as bigint array)) as n (user_id)
      join user_state s on s.user_id = n.user_id
      order by s.user_id
      """;

  private static final String IDS = "select nextval('message_id') from system_range(1, ?1)";

  private static final String ADD_MESSAGES =
      """
      insert into message (id, sender_id, recipient_id, dedupe_key, content, client_timestamp, created_at)
      select n.*, cast(?7 as timestamp with time zone)
      from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as bigint array),
                  cast(?4 as varchar array), cast(?5 as varchar array), cast(?6 as varchar array))
             as n (id, sender_id, recipient_id, dedupe_key, content, client_timestamp)
      """;

  private static final String FLAG =
      "insert into flagged_message (message_id, content) values (?1, ?2)";

  private static final String ATTACH =
      "insert into attachment (message_id, position, file_id) values (?1, ?2, ?3)";

  private static final String FILES =
      """
      select a.file_id from attachment a where a.message_id = ?1
      order by a.message_id, a.position
      """;

  private static final String ADD_UNREAD =
      """
      insert into unread (recipient_id, message_id, sender_id)
      select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as bigint array))
               as n (recipient_id, message_id, sender_id)
      where n.recipient_id > 0
      """;

  private static final String CHANGE_CONVERSATIONS =
      """
      merge into conversation c
      using (select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array),
                                  cast(?3 as bigint array), cast(?4 as bigint array),
                                  cast(?5 as integer array), cast(?6 as integer array),
                                  cast(?7 as bigint array), cast(?8 as bigint array),
                                  cast(?9 as integer array), cast(?10 as integer array))
               as n (low_id, high_id, last_low, last_high, to_low, to_high, changed_low, changed_high, sent_low, sent_high)) n
      on c.low_id = n.low_id and c.high_id = n.high_id
      when matched then update set
        last_low = greatest(c.last_low, n.last_low),
        last_high = greatest(c.last_high, n.last_high),
        unread_low = c.unread_low + n.to_low,
        unread_high = c.unread_high + n.to_high,
        changed_low = greatest(c.changed_low, n.changed_low),
        changed_high = greatest(c.changed_high, n.changed_high),
        sent_low = c.sent_low + n.sent_low,
        sent_high = c.sent_high + n.sent_high
      when not matched then insert
        (low_id, high_id, last_low, last_high, unread_low, unread_high, changed_low, changed_high, sent_low, sent_high)
        values (n.low_id, n.high_id, n.last_low, n.last_high, n.to_low, n.to_high, n.changed_low, n.changed_high,
                n.sent_low, n.sent_high)
      """;

  private static final String COUNTS =
      """
      select c.unread_low, c.unread_high
      from unnest(cast(?1 as bigint array), cast(?2 as bigint array)) as n (low_id, high_id)
      join conversation c on c.low_id = n.low_id and c.high_id = n.high_id
      order by c.low_id, c.high_id
      """;

  private final EntityManager entities;
  private final NamedStatements statements;
  private final @Nullable H2EventWriter events;

  H2MessageInserter(
      EntityManager entities, NamedStatements statements, @Nullable H2EventWriter events) {
    this.entities = entities;
    this.statements = statements;
    this.events = events;
  }

  /** See {@link MessageStore#add}. */
  List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
    Outcomes outcomes = new Outcomes(newMessages);
    boolean isDecided = false;
    for (List<NewMessage> open = outcomes.open(); !open.isEmpty(); open = outcomes.open()) {
      Map<Integer, ExistingMessage> existing = existing(open);
      if (!existing.isEmpty()) {
        outcomes.existing(existing);
        isDecided = false;
      } else if (!isDecided) {
        outcomes.decided(new H2Rules(entities, statements).decide(open, rules));
        isDecided = true;
      } else {
        outcomes.stored(addNew(open, rules));
        isDecided = false;
      }
    }
    return outcomes.all();
  }

  /** What is stored under the keys of {@code newMessages}, by their indexes. */
  private Map<Integer, ExistingMessage> existing(List<NewMessage> newMessages) {
    Integer[] ordinals = new Integer[newMessages.size()];
    Arrays.setAll(ordinals, index -> index);
    List<?> rows =
        statement(
                EXISTING,
                ordinals,
                longs(newMessages, NewMessage::senderId),
                texts(newMessages, newMessage -> newMessage.key().key()),
                longs(newMessages, NewMessage::recipientId),
                texts(newMessages, NewMessage::content),
                texts(newMessages, NewMessage::title),
                texts(newMessages, NewMessage::url))
            .getResultList();
    Map<Integer, ExistingMessage> existing = new HashMap<>();
    for (Object row : rows) {
      Object[] columns = (Object[]) row;
      int index = ((Number) columns[0]).intValue();
      long id = ((Number) columns[1]).longValue();
      boolean same =
          ((Number) columns[3]).intValue() == 1
              && (!AttachedText.mayHaveFiles((String) columns[4])
                  || filesOf(id).equals(newMessages.get(index).fileIds()));
      existing.put(index, new ExistingMessage(id, (OffsetDateTime) columns[2], same));
    }
    return existing;
  }

  private List<Long> filesOf(long messageId) {
    return Arrays.stream(numbers(statement(FILES, messageId))).boxed().toList();
  }

  private List<Outcome.Stored> addNew(List<NewMessage> newMessages, SiteRules rules) {
    ConversationDeltas deltas = ConversationDeltas.of(newMessages);
    Long[] users = boxed(deltas.users());
    statement(RAISE_HEADS, users, boxed(deltas.changes()), boxed(deltas.received()))
        .executeUpdate();
    long[] heads = numbers(statement(HEADS, (Object) users));
    long[] ids = numbers(statement(IDS, newMessages.size()));
    Long[] messages = boxed(ids);
    Long[] senders = longs(newMessages, NewMessage::senderId);
    Long[] recipients = longs(newMessages, NewMessage::storedRecipient);
    new H2Rules(entities, statements)
        .noteNewRecipients(deltas, rules, newMessages.get(0).createdAt());
    statement(
            ADD_MESSAGES,
            messages,
            senders,
            recipients,
            texts(newMessages, newMessage -> newMessage.key().key()),
            texts(newMessages, NewMessage::content),
            texts(newMessages, NewMessage::timestamp),
            newMessages.get(0).createdAt())
        .executeUpdate();
    statement(ADD_UNREAD, recipients, messages, senders).executeUpdate();
    changeConversations(deltas, ids, heads);
    for (int i = 0; i < ids.length; i++) {
      NoticeDetails noticeDetails = newMessages.get(i).noticeDetails();
      if (noticeDetails != null) {
        entities.persist(new Notice(ids[i], noticeDetails));
      }
      attach(ids[i], newMessages.get(i).fileIds());
      if (newMessages.get(i).flagged()) {
        statement(FLAG, ids[i], newMessages.get(i).content()).executeUpdate();
      }
    }
    if (events != null) {
      events.stored(newMessages, messages);
    }
    entities.flush(); // what the database refuses is thrown here
    return deltas.stored(ids, heads, counts(deltas));
  }

  private void attach(long messageId, List<Long> files) {
    for (int position = 0; position < files.size(); position++) {
      statement(ATTACH, messageId, position, files.get(position)).executeUpdate();
    }
  }

  private void changeConversations(ConversationDeltas deltas, long[] ids, long[] heads) {
    statement(
            CHANGE_CONVERSATIONS,
            boxed(deltas.lows()),
            boxed(deltas.highs()),
            lasts(deltas.lowLasts(), ids),
            lasts(deltas.highLasts(), ids),
            boxed(deltas.toLows()),
            boxed(deltas.toHighs()),
            boxed(deltas.lowChanges(heads)),
            boxed(deltas.highChanges(heads)),
            boxed(deltas.sentByLows()),
            boxed(deltas.sentByHighs()))
        .executeUpdate();
  }

  private static Long[] lasts(int[] ordinals, long[] ids) {
    return boxed(
        Arrays.stream(ordinals).mapToLong(last -> last == 0 ? 0 : ids[last - 1]).toArray());
  }

  /** Of each conversation the unread messages to low, and those to high. */
  private long[] counts(ConversationDeltas deltas) {
    List<?> rows = statement(COUNTS, boxed(deltas.lows()), boxed(deltas.highs())).getResultList();
    return rows.stream()
        .flatMap(row -> Arrays.stream((Object[]) row))
        .mapToLong(count -> ((Number) count).longValue())
        .toArray();
  }

  private Query statement(String sql, Object... parameters) {
    return statements.create(entities, sql, parameters);
  }

  private static long[] numbers(Query query) {
    List<?> rows = query.getResultList();
    return rows.stream().mapToLong(number -> ((Number) number).longValue()).toArray();
  }

  private static Long[] longs(List<NewMessage> newMessages, ToLongFunction<NewMessage> value) {
    return boxed(newMessages.stream().mapToLong(value).toArray());
  }

  private static Long[] boxed(long[] numbers) {
    return Arrays.stream(numbers).boxed().toArray(Long[]::new);
  }

  private static Integer[] boxed(int[] numbers) {
    return Arrays.stream(numbers).boxed().toArray(Integer[]::new);
  }

  private static @Nullable String[] texts(
      List<NewMessage> newMessages, Function<NewMessage, @Nullable String> value) {
    return newMessages.stream().map(value).toArray(String[]::new);
  }
}
