package imserver.message;

import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import jakarta.ejb.Stateless;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.FlushModeType;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.Query;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What {@link H2MessageStore} has done in a transaction. New messages come by statements over
 * arrays, whatever their number; what is read, which is less, by entities.
 *
 * <p>Every method throws {@link StorageException} where the database does not do it.
 */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class H2Writer {

  private static final String EARLIER =
      """
      select d.ordinal, m.id,
             case when m.recipient_id = d.recipient_id and m.content = d.content
                    and n.title is not distinct from d.title and n.url is not distinct from d.url
                  then 1 else 0 end
      from unnest(cast(?1 as integer array), cast(?2 as bigint array), cast(?3 as varchar array),
                  cast(?4 as bigint array), cast(?5 as varchar array), cast(?6 as varchar array),
                  cast(?7 as varchar array))
             as d (ordinal, sender_id, dedupe_key, recipient_id, content, title, url)
      join message m on m.sender_id = d.sender_id and m.dedupe_key = d.dedupe_key
      left join notice n on n.message_id = m.id
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

  private static final String ADD_UNREAD =
      """
      insert into unread (recipient_id, message_id, sender_id)
      select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as bigint array))
      """;

  private static final String CHANGE_CONVERSATIONS =
      """
      merge into conversation c
      using (select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as bigint array),
                                  cast(?4 as integer array), cast(?5 as integer array),
                                  cast(?6 as bigint array), cast(?7 as bigint array))
               as n (low_id, high_id, last_message_id, to_low, to_high, changed_low, changed_high)) n
      on c.low_id = n.low_id and c.high_id = n.high_id
      when matched then update set
        last_message_id = n.last_message_id,
        unread_low = c.unread_low + n.to_low,
        unread_high = c.unread_high + n.to_high,
        changed_low = n.changed_low,
        changed_high = n.changed_high
      when not matched then insert
        (low_id, high_id, last_message_id, unread_low, unread_high, changed_low, changed_high)
        values (n.low_id, n.high_id, n.last_message_id, n.to_low, n.to_high, n.changed_low, n.changed_high)
      """;

  /** A reading brings forward what is read up to by so many messages at most. */
  private static final int MOST_LOOKED_AT = 10_000;

  @PersistenceContext private EntityManager entities;

  /** The statements that the provider knows by name: each is its own. */
  private final Map<String, String> named = new ConcurrentHashMap<>();

  /** For the container, which injects the rest. */
  public H2Writer() {}

  H2Writer(EntityManager entities) {
    this.entities = entities;
  }

  /** See {@link MessageStore#add}. */
  public List<Outcome> add(List<NewMessage> newMessages) {
    Outcomes outcomes = new Outcomes(newMessages);
    for (List<NewMessage> open = outcomes.open(); !open.isEmpty(); open = outcomes.open()) {
      Map<Integer, ExistingMessage> earlier = earlier(open);
      if (earlier.isEmpty()) {
        outcomes.stored(addNew(open));
      } else {
        outcomes.known(earlier);
      }
    }
    return outcomes.all();
  }

  /** What is stored under the keys of {@code newMessages}, by their indexes. */
  private Map<Integer, ExistingMessage> earlier(List<NewMessage> newMessages) {
    Integer[] ordinals = new Integer[newMessages.size()];
    Arrays.setAll(ordinals, index -> index);
    List<?> rows =
        statement(
                EARLIER,
                ordinals,
                longs(newMessages, NewMessage::senderId),
                texts(newMessages, newMessage -> newMessage.key().key()),
                longs(newMessages, NewMessage::recipientId),
                texts(newMessages, NewMessage::content),
                texts(newMessages, NewMessage::title),
                texts(newMessages, NewMessage::url))
            .getResultList();
    Map<Integer, ExistingMessage> earlier = new HashMap<>();
    for (Object row : rows) {
      Object[] columns = (Object[]) row;
      earlier.put(
          ((Number) columns[0]).intValue(),
          new ExistingMessage(
              ((Number) columns[1]).longValue(), ((Number) columns[2]).intValue() == 1));
    }
    return earlier;
  }

  private List<Outcome.Stored> addNew(List<NewMessage> newMessages) {
    ConversationDeltas deltas = ConversationDeltas.of(newMessages);
    Long[] users = boxed(deltas.users());
    statement(RAISE_HEADS, users, boxed(deltas.changes()), boxed(deltas.received()))
        .executeUpdate();
    long[] heads = numbers(statement(HEADS, (Object) users));
    long[] ids = numbers(statement(IDS, newMessages.size()));
    Long[] messages = boxed(ids);
    Long[] senders = longs(newMessages, NewMessage::senderId);
    Long[] recipients = longs(newMessages, NewMessage::recipientId);
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
    }
    entities.flush(); // what the database refuses is thrown here
    return deltas.stored(ids, heads);
  }

  private void changeConversations(ConversationDeltas deltas, long[] ids, long[] heads) {
    statement(
            CHANGE_CONVERSATIONS,
            boxed(deltas.lows()),
            boxed(deltas.highs()),
            boxed(Arrays.stream(deltas.lasts()).mapToLong(last -> ids[last - 1]).toArray()),
            boxed(deltas.toLows()),
            boxed(deltas.toHighs()),
            boxed(deltas.lowChanges(heads)),
            boxed(deltas.highChanges(heads)))
        .executeUpdate();
  }

  /** Of whom a reader has read how much; in the order in which changes are numbered. */
  private record Reading(long readerId, long senderId) implements Comparable<Reading> {

    @Override
    public int compareTo(Reading other) {
      int byReader = Long.compare(readerId, other.readerId);
      return byReader == 0 ? Long.compare(senderId, other.senderId) : byReader;
    }
  }

  /** See {@link MessageStore#markRead}. */
  public List<ReadMark> markRead(Map<Long, ? extends Collection<Long>> idsByReader) {
    Map<Reading, Long> read = new TreeMap<>();
    idsByReader.forEach((reader, ids) -> ids.forEach(id -> markRead(reader, id, read)));
    entities.flush();
    List<ReadMark> marks = new ArrayList<>();
    read.forEach((reading, count) -> marks.add(mark(reading, count)));
    entities.flush(); // what the database refuses is thrown here
    return marks;
  }

  private void markRead(long reader, long id, Map<Reading, Long> read) {
    Unread unread = entities.find(Unread.class, new Unread.Key(reader, id));
    if (unread != null) {
      entities.remove(unread);
      read.merge(new Reading(reader, unread.senderId()), 1L, Long::sum);
    }
  }

  private ReadMark mark(Reading reading, long count) {
    long reader = reading.readerId();
    long sender = reading.senderId();
    UserState state = known(reader);
    state.setUnread(state.unread() - count);
    Conversation conversation = conversation(UserPair.of(reader, sender));
    conversation.setUnreadOf(reader, conversation.unreadOf(reader) - count);
    conversation.setReadUpToOf(reader, readUpTo(reading, conversation));
    long readerChange = state.change();
    long senderChange = senderChange(reading, readerChange);
    conversation.setChangedOf(sender, senderChange);
    conversation.setChangedOf(reader, readerChange);
    return new ReadMark(
        reader,
        sender,
        readerChange,
        senderChange,
        conversation.unreadOf(reader),
        conversation.readUpToOf(reader));
  }

  private long senderChange(Reading reading, long readerChange) {
    if (reading.senderId() == 0) {
      return 0;
    }
    return reading.senderId() == reading.readerId()
        ? readerChange
        : known(reading.senderId()).change();
  }

  /**
   * The last message before the first unread one, that is looked for among so many above what was
   * read up to before, if the count says that there is one.
   */
  private long readUpTo(Reading reading, Conversation conversation) {
    long before = conversation.readUpToOf(reading.readerId());
    long firstUnread =
        conversation.unreadOf(reading.readerId()) > 0
            ? firstUnread(reading, before)
            : Long.MAX_VALUE;
    return first(reading, before, firstUnread, "", "desc", 0).orElse(before);
  }

  /** The first unread message, or where it was looked for no further. */
  private long firstUnread(Reading reading, long before) {
    Optional<Long> last = first(reading, before, Long.MAX_VALUE, "", "", MOST_LOOKED_AT - 1);
    long end = last.orElse(Long.MAX_VALUE - 1) + 1;
    return first(reading, before, end, "and" + MessageRepository.IS_UNREAD, "", 0).orElse(end);
  }

  /** Of messages in a range the first in an order that meet a condition, after some. */
  private Optional<Long> first(
      Reading reading, long above, long below, String condition, String order, int after) {
    return entities
        .createQuery(
            """
            select m.id from Message m
            where m.senderId = :sender and m.recipientId = :reader and m.id > :above and m.id < :below %2$s
            order by m.senderId %1$s, m.recipientId %1$s, m.id %1$s
            """
                .formatted(order, condition),
            Long.class)
        .setParameter("sender", reading.senderId())
        .setParameter("reader", reading.readerId())
        .setParameter("above", above)
        .setParameter("below", below)
        .setFirstResult(after)
        .setMaxResults(1)
        .setFlushMode(FlushModeType.COMMIT) // else all entities of the batch are compared each time
        .getResultStream()
        .findFirst();
  }

  /** See {@link MessageStore#recount}. */
  public Recount recount(long user) {
    entities
        .createQuery(
            "delete from Unread u where u.recipientId = :user"
                + " and not exists (select m.id from Message m where m.id = u.messageId)")
        .setParameter("user", user)
        .executeUpdate();
    UserState state = state(user);
    Map<Long, Counted> counted = countUnread(user);
    long before = state.unread();
    long after = counted.values().stream().mapToLong(Counted::amount).sum();
    state.setUnread(after);
    long corrected = 0;
    for (Conversation each : conversations(user)) {
      Reading reading = new Reading(user, each.otherThan(user));
      Counted right = counted.getOrDefault(reading.senderId(), new Counted(0, Long.MAX_VALUE));
      if (each.readUpToOf(user) >= right.first()) {
        each.setReadUpToOf(user, first(reading, 0, right.first(), "", "desc", 0).orElse(0L));
      }
      if (each.unreadOf(user) != right.amount()) {
        each.setUnreadOf(user, right.amount());
        each.setReadUpToOf(user, readUpTo(reading, each));
        each.setChangedOf(user, state.change());
        corrected++;
      }
    }
    entities.flush();
    return new Recount(before, after, corrected);
  }

  /** How many messages of a sender are unread, and the first. */
  private record Counted(long amount, long first) {}

  private List<Conversation> conversations(long user) {
    return entities
        .createQuery(
            "select c from Conversation c where c.low = :user or c.high = :user",
            Conversation.class)
        .setParameter("user", user)
        .getResultList();
  }

  private Map<Long, Counted> countUnread(long user) {
    Map<Long, Counted> counts = new HashMap<>();
    entities
        .createQuery(
            """
            select u.senderId, count(u), min(u.messageId) from Unread u where u.recipientId = :user
            group by u.senderId
            """,
            Object[].class)
        .setParameter("user", user)
        .getResultStream()
        .forEach(row -> counts.put((Long) row[0], new Counted((Long) row[1], (Long) row[2])));
    return counts;
  }

  private UserState known(long user) {
    UserState state = entities.find(UserState.class, user);
    if (state == null) {
      throw new IllegalStateException("read messages of a user that is not there");
    }
    return state;
  }

  private UserState state(long user) {
    UserState state = entities.find(UserState.class, user);
    if (state == null) {
      state = new UserState(user);
      entities.persist(state);
    }
    return state;
  }

  private Conversation conversation(UserPair pair) {
    Conversation found =
        entities.find(Conversation.class, new Conversation.Key(pair.low(), pair.high()));
    if (found == null) {
      throw new IllegalStateException("read messages of a conversation that is not there");
    }
    return found;
  }

  /** A statement that the provider reads once: to find its parameters each time costs much. */
  private Query statement(String sql, Object... parameters) {
    Query query = entities.createNamedQuery(named.computeIfAbsent(sql, this::name));
    for (int i = 0; i < parameters.length; i++) {
      query.setParameter(i + 1, parameters[i]);
    }
    return query;
  }

  private String name(String sql) {
    entities.getEntityManagerFactory().addNamedQuery(sql, entities.createNativeQuery(sql));
    return sql;
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
