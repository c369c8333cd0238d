package imserver.message;

import imserver.config.Config;
import imserver.database.Vendor;
import imserver.message.Tally.Change;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.Query;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tables of messages. To be called within a transaction. */
@ApplicationScoped
public class MessageRepository {

  /** How many ids one call of the sequence stands for (see the migration). */
  static final int ID_BLOCK = 1000;

  /**
   * Adds messages, as arrays and the time: those whose keys are new. Of two with one key the first
   * is added. Answers with their ids. In the order of the keys, so that two lanes that add the same
   * keys do not wait for each other.
   */
  private static final String ADD_ON_H2 =
      """
      select id from final table (
        insert into message (id, sender_id, dedupe_key, recipient_id, content, client_timestamp, created_at)
        select n.*, cast(?7 as timestamp with time zone)
        from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as varchar array),
                    cast(?4 as bigint array), cast(?5 as varchar array), cast(?6 as varchar array))
               as n (id, sender_id, dedupe_key, recipient_id, content, client_timestamp)
        order by sender_id, dedupe_key, id
        on conflict do nothing)
      """;

  /** Retries come in swarms: after one, so many batches are looked through for others. */
  private static final int LOOK_AFTER_RETRY = 100;

  @PersistenceContext private EntityManager entities;
  @Inject private Config config;
  @Inject private MessageInserter inserter;

  /**
   * How many batches more are looked through, on PostgreSQL. Lanes may overwrite each other's: it
   * is only a guess.
   */
  private volatile int batchesToLookThrough;

  /** The statements that the provider knows by name: each is its own. */
  private final Map<String, String> named = new ConcurrentHashMap<>();

  /** For the container, which injects the rest. */
  public MessageRepository() {}

  /** The last id of a block of {@value #ID_BLOCK} that nobody else gets. */
  long nextIdBlock() {
    Number last =
        (Number) entities.createNativeQuery("select nextval('message_id')").getSingleResult();
    return last.longValue();
  }

  /**
   * What is stored under the keys of {@code drafts}, by the drafts' ids. One statement for any
   * number of them, so that it is prepared once.
   */
  Map<Long, Earlier> earlier(Collection<Draft> drafts) {
    List<?> rows =
        entities
            .createNativeQuery(
                """
                select d.id, m.id,
                       case when m.recipient_id = d.recipient_id and m.content = d.content
                              and n.title is not distinct from d.title and n.url is not distinct from d.url
                            then 1 else 0 end
                from unnest(cast(?1 as bigint array), cast(?2 as bigint array), cast(?3 as varchar array),
                            cast(?4 as bigint array), cast(?5 as varchar array), cast(?6 as varchar array),
                            cast(?7 as varchar array))
                       as d (id, sender_id, dedupe_key, recipient_id, content, title, url)
                join message m on m.sender_id = d.sender_id and m.dedupe_key = d.dedupe_key
                left join notice n on n.message_id = m.id
                """)
            .setParameter(1, longs(drafts, Draft::id))
            .setParameter(2, longs(drafts, draft -> draft.key().senderId()))
            .setParameter(3, texts(drafts, draft -> draft.key().key()))
            .setParameter(4, longs(drafts, Draft::recipientId))
            .setParameter(5, texts(drafts, Draft::content))
            .setParameter(6, texts(drafts, Draft::title))
            .setParameter(7, texts(drafts, Draft::url))
            .getResultList();
    Map<Long, Earlier> earlier = new HashMap<>();
    for (Object row : rows) {
      Object[] columns = (Object[]) row;
      earlier.put(
          ((Number) columns[0]).longValue(),
          new Earlier(((Number) columns[1]).longValue(), ((Number) columns[2]).intValue() == 1));
    }
    return earlier;
  }

  /**
   * Adds those whose keys are new, with their headlines; the ids of the others. Of two with one key
   * the first is added. Brings conversations and unread counts up to date. On PostgreSQL all this
   * is committed when it returns, and not part of the transaction.
   */
  Set<Long> add(List<Draft> drafts) {
    return switch (vendor()) {
      case POSTGRESQL -> addAtOnce(drafts);
      case H2 -> addThenCount(drafts);
    };
  }

  private Set<Long> addAtOnce(List<Draft> drafts) {
    int before = batchesToLookThrough;
    Set<Long> refused = inserter.add(drafts, before > 0);
    batchesToLookThrough = refused.isEmpty() ? Math.max(0, before - 1) : LOOK_AFTER_RETRY;
    return refused;
  }

  private Set<Long> addThenCount(List<Draft> drafts) {
    List<?> rows =
        statement(ADD_ON_H2)
            .setParameter(1, longs(drafts, Draft::id))
            .setParameter(2, longs(drafts, draft -> draft.key().senderId()))
            .setParameter(3, texts(drafts, draft -> draft.key().key()))
            .setParameter(4, longs(drafts, Draft::recipientId))
            .setParameter(5, texts(drafts, Draft::content))
            .setParameter(6, texts(drafts, Draft::timestamp))
            .setParameter(7, drafts.get(0).createdAt())
            .getResultList();
    Set<Long> ids = rows.stream().map(id -> ((Number) id).longValue()).collect(Collectors.toSet());
    List<Draft> added = drafts.stream().filter(draft -> ids.contains(draft.id())).toList();
    apply(Tally.of(added));
    Draft.headlines(added).forEach((id, headline) -> entities.persist(new Notice(id, headline)));
    entities.flush(); // what the database refuses is thrown here
    return drafts.stream()
        .map(Draft::id)
        .filter(id -> !ids.contains(id))
        .collect(Collectors.toSet());
  }

  private static <T> @Nullable String[] texts(
      Collection<T> elements, Function<T, @Nullable String> value) {
    return elements.stream().map(value).toArray(String[]::new);
  }

  /** The unread messages of a recipient above an id, in the order of their ids. */
  List<UnreadMessage> unread(long recipientId, long afterId, int limit) {
    return entities
        .createQuery(
            """
            select new imserver.message.UnreadMessage(m.id, m.senderId, m.recipientId, m.content, m.timestamp)
            from Message m
            where m.recipientId = :recipient and m.readAt is null and m.id > :after
            order by m.id
            """,
            UnreadMessage.class)
        .setParameter("recipient", recipientId)
        .setParameter("after", afterId)
        .setMaxResults(limit)
        .getResultList();
  }

  /**
   * Marks those of {@code ids} that are unread messages of this recipient; how many of each sender
   * these were.
   */
  Map<Long, Long> markRead(long recipientId, Collection<Long> ids, OffsetDateTime now) {
    List<?> senders =
        statement(dialect().markRead)
            .setParameter(1, now)
            .setParameter(2, recipientId)
            .setParameter(3, ids.toArray(Long[]::new))
            .getResultList();
    return senders.stream()
        .map(sender -> ((Number) sender).longValue())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  /** Brings conversations and unread counts up to date. */
  void apply(Tally tally) {
    if (tally.isEmpty()) {
      return;
    }
    Dialect dialect = dialect();
    Collection<Pair> pairs = tally.conversations().keySet();
    Collection<Change> changes = tally.conversations().values();
    statement(dialect.addToConversations)
        .setParameter(1, longs(pairs, Pair::low))
        .setParameter(2, longs(pairs, Pair::high))
        .setParameter(3, longs(changes, Change::lastMessageId))
        .setParameter(4, longs(changes, Change::unreadLow))
        .setParameter(5, longs(changes, Change::unreadHigh))
        .executeUpdate();
    statement(dialect.addToTotals)
        .setParameter(1, longs(tally.unread().keySet(), user -> user))
        .setParameter(2, longs(tally.unread().values(), count -> count))
        .executeUpdate();
  }

  private static <T> Long[] longs(Collection<T> elements, Function<T, Long> value) {
    return elements.stream().map(value).toArray(Long[]::new);
  }

  /** A statement that the provider reads once: to find its parameters each time costs much. */
  private Query statement(String sql) {
    return entities.createNamedQuery(named.computeIfAbsent(sql, this::name));
  }

  private String name(String sql) {
    entities.getEntityManagerFactory().addNamedQuery(sql, entities.createNativeQuery(sql));
    return sql;
  }

  private Dialect dialect() {
    return switch (vendor()) {
      case POSTGRESQL -> Dialect.POSTGRESQL;
      case H2 -> Dialect.H2;
    };
  }

  private Vendor vendor() {
    return Vendor.of(config.storage());
  }

  /** Those of {@code ids} that are stored. */
  Set<Long> existing(Set<Long> ids) {
    return Set.copyOf(
        entities
            .createQuery("select m.id from Message m where m.id in :ids", Long.class)
            .setParameter("ids", ids)
            .getResultList());
  }

  /** Asks the database for an answer. */
  void ping() {
    entities.createNativeQuery("select 1").getSingleResult();
  }
}
