package imserver.message;

import imserver.database.SqlDialect;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.Query;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The queries for what users are to get. To be called within a transaction. */
@ApplicationScoped
public class MessageRepository {

  /**
   * From the first that is unread on also where messages are read: PostgreSQL, which may go through
   * both in the order of ids, would begin with the oldest of all messages, for each page.
   *
   * <p>This is no JPQL, since EclipseLink would translate a query with a limit anew each time: a
   * fifth of what the start of a connection cost the threads for the database (2026-11-29).
   */
  private static final String UNREAD =
      """
      select m.id, m.sender_id, m.recipient_id, m.content, m.client_timestamp
      from unread u, message m
      where m.id = u.message_id and u.recipient_id = ?1 and u.message_id > ?2
        and m.id >= (select min(f.message_id) from unread f
                     where f.recipient_id = ?1 and f.message_id > ?2)
      order by u.recipient_id, u.message_id
      limit ?3
      """;

  @PersistenceContext private EntityManager entities;
  @Inject private SqlDialect dialect;

  /** For the container, which injects the rest. */
  public MessageRepository() {}

  /** The oldest unread messages of a recipient above an id, in the order of their ids. */
  List<ReceivedMessage> unread(long recipientId, long afterId, int limit) {
    return receivedMessages(
        entities
            .createNativeQuery(UNREAD)
            .setParameter(1, recipientId)
            .setParameter(2, afterId)
            .setParameter(3, limit));
  }

  /**
   * The messages to users that each of them has not got, read or not, the lowest ids first; without
   * those that were recalled. Joined to who may have sent some, as one table: PostgreSQL finds them
   * above the id by the index then. With a join for each side it read the whole history of each
   * pair.
   *
   * @param afterByUser above which id, for each user; at least one
   */
  List<ReceivedMessage> receivedAfter(Map<Long, Long> afterByUser, int limit) {
    List<Long> users = List.copyOf(afterByUser.keySet());
    Query query =
        entities.createNativeQuery(
            dialect.sql(
                """
                select m.id, m.sender_id, m.recipient_id, m.content, m.client_timestamp
                from (select c.high_id as sender_id, u.id as recipient_id, u.after_id
                      from unnest(cast(?1 as bigint array), cast(?2 as bigint array)) as u (id, after_id)
                      join conversation c
                        on c.low_id = u.id and c.bucket_low >= u.after_id / 65536 and c.last_low > u.after_id
                      union all
                      select c.low_id, u.id, u.after_id
                      from unnest(cast(?1 as bigint array), cast(?2 as bigint array)) as u (id, after_id)
                      join conversation c
                        on c.high_id = u.id and c.bucket_high >= u.after_id / 65536 and c.last_high > u.after_id
                       and c.low_id <> c.high_id) as p
                join message m
                  on m.sender_id = p.sender_id and m.recipient_id = p.recipient_id and m.id > p.after_id
                 and m.content <> '' and m.dedupe_key < '~'
                order by m.id
                """));
    List<Object> parameters =
        dialect.numberPairs(users, users.stream().map(afterByUser::get).toList());
    for (int i = 0; i < parameters.size(); i++) {
      query.setParameter(i + 1, parameters.get(i));
    }
    return receivedMessages(query.setMaxResults(limit));
  }

  private static List<ReceivedMessage> receivedMessages(Query query) {
    List<?> rows = query.getResultList();
    return rows.stream().map(row -> receivedMessage((Object[]) row)).toList();
  }

  private static ReceivedMessage receivedMessage(Object[] row) {
    return new ReceivedMessage(
        ((Number) row[0]).longValue(),
        ((Number) row[1]).longValue(),
        ((Number) row[2]).longValue(),
        (String) row[3],
        (String) row[4]);
  }

  /** The heads of users, at least one; of those who have one. */
  Map<Long, Long> heads(Collection<Long> userIds) {
    return entities
        .createQuery(
            "select s.userId, s.head from UserState s where s.userId in :users", Object[].class)
        .setParameter("users", userIds)
        .getResultList()
        .stream()
        .collect(Collectors.toMap(row -> (Long) row[0], row -> (Long) row[1]));
  }

  /** How far the changes and messages of a user have come, both at the same moment. */
  UserPosition position(long user) {
    Object[] row =
        (Object[])
            entities
                .createNativeQuery(
                    """
                    select coalesce((select head from user_state where user_id = ?1), 0),
                           coalesce((select last_low from conversation where low_id = ?1
                                     order by low_id, bucket_low desc, last_low desc limit 1), 0),
                           coalesce((select last_high from conversation where high_id = ?1
                                     order by high_id, bucket_high desc, last_high desc limit 1), 0)
                    """)
                .setParameter(1, user)
                .getSingleResult();
    return new UserPosition(
        ((Number) row[0]).longValue(),
        Math.max(((Number) row[1]).longValue(), ((Number) row[2]).longValue()));
  }

  /** The message with a key; null for none. */
  @Nullable Message find(DedupeKey key) {
    return entities
        .createQuery(
            "select m from Message m where m.senderId = :sender and m.dedupeKey = :key",
            Message.class)
        .setParameter("sender", key.senderId())
        .setParameter("key", key.key())
        .getResultStream()
        .findFirst()
        .orElse(null);
  }

  /** Drawn anew where the numbers of changes begin anew. */
  String epoch() {
    return (String)
        entities
            .createNativeQuery(dialect.sql("select cast(epoch as varchar(36)) from installation"))
            .getSingleResult();
  }

  /** Whether a user is blocked by another. */
  boolean isBlocked(long user, long by) {
    Conversation conversation = entities.find(Conversation.class, new Conversation.Key(user, by));
    return conversation != null && conversation.isBlockedBy(by);
  }

  /** Returns if the database answers. */
  void ping() {
    entities.createNativeQuery("select 1").getSingleResult();
  }
}
