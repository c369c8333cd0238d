package imserver.message;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables of messages. To be called within a transaction. */
@ApplicationScoped
public class MessageRepository {

  /** How many ids one call of the sequence stands for (see the migration). */
  static final int ID_BLOCK = 1000;

  @PersistenceContext private EntityManager entities;

  /** For the container, which injects the rest. */
  public MessageRepository() {}

  /** The last id of a block of {@value #ID_BLOCK} that nobody else gets. */
  long nextIdBlock() {
    Number last =
        (Number) entities.createNativeQuery("select nextval('message_id')").getSingleResult();
    return last.longValue();
  }

  /**
   * The ids of those of {@code keys} that are stored. One statement for any number of keys, so that
   * it is prepared once.
   */
  Map<DedupeKey, Long> idsOf(Collection<DedupeKey> keys) {
    List<?> rows =
        entities
            .createNativeQuery(
                """
                select m.sender_id, m.dedupe_key, m.id
                from unnest(cast(?1 as bigint array), cast(?2 as varchar array)) as k (sender_id, dedupe_key)
                join message m on m.sender_id = k.sender_id and m.dedupe_key = k.dedupe_key
                """)
            .setParameter(1, keys.stream().map(DedupeKey::senderId).toArray(Long[]::new))
            .setParameter(2, keys.stream().map(DedupeKey::key).toArray(String[]::new))
            .getResultList();
    Map<DedupeKey, Long> ids = new HashMap<>();
    for (Object row : rows) {
      Object[] columns = (Object[]) row;
      ids.put(
          new DedupeKey(((Number) columns[0]).longValue(), (String) columns[1]),
          ((Number) columns[2]).longValue());
    }
    return ids;
  }

  /** Inserts, at the next {@link #flush} at the latest. */
  void add(Draft draft) {
    entities.persist(new Message(draft));
  }

  /** Sends what is to be written to the database, so that what it refuses is thrown here. */
  void flush() {
    entities.flush();
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

  /** Marks those of {@code ids} that are unread messages of this recipient. */
  void markRead(long recipientId, Collection<Long> ids, OffsetDateTime now) {
    entities
        .createNativeQuery(
            """
            update message set read_at = ?1
            where recipient_id = ?2 and read_at is null and id = any (cast(?3 as bigint array))
            """)
        .setParameter(1, now)
        .setParameter(2, recipientId)
        .setParameter(3, ids.toArray(Long[]::new))
        .executeUpdate();
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
