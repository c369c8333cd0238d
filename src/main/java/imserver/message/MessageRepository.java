package imserver.message;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The queries for unread messages to be replayed. To be called within a transaction. */
@ApplicationScoped
public class MessageRepository {

  private static final String UNREAD_MESSAGE =
      "select new imserver.message.UnreadMessage(m.id, m.senderId, m.recipientId, m.content,"
          + " m.timestamp) from Unread u, Message m where m.id = u.messageId and ";

  @PersistenceContext private EntityManager entities;

  /** For the container, which injects the rest. */
  public MessageRepository() {}

  /** The oldest unread messages of a recipient above an id, in the order of their ids. */
  List<UnreadMessage> unread(long recipientId, long afterId, int limit) {
    return entities
        .createQuery(
            UNREAD_MESSAGE
                + "u.recipientId = :recipient and u.messageId > :after"
                + " order by u.recipientId, u.messageId",
            UnreadMessage.class)
        .setParameter("recipient", recipientId)
        .setParameter("after", afterId)
        .setMaxResults(limit)
        .getResultList();
  }

  /** The same for several recipients, at least one, in one order. */
  List<UnreadMessage> unread(Collection<Long> recipientIds, long afterId, int limit) {
    return entities
        .createQuery(
            UNREAD_MESSAGE
                + "u.recipientId in :recipients and u.messageId > :after order by u.messageId",
            UnreadMessage.class)
        .setParameter("recipients", recipientIds)
        .setParameter("after", afterId)
        .setMaxResults(limit)
        .getResultList();
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

  /** The id of the last unread message of a recipient, 0 for none. */
  long lastUnreadId(long recipientId) {
    Long last =
        entities
            .createQuery(
                "select max(u.messageId) from Unread u where u.recipientId = :recipient",
                Long.class)
            .setParameter("recipient", recipientId)
            .getSingleResult();
    return last == null ? 0 : last;
  }

  /** The last id of all messages, 0 for none. */
  long lastId() {
    Long last =
        entities.createQuery("select max(m.id) from Message m", Long.class).getSingleResult();
    return last == null ? 0 : last;
  }

  /** Returns if the database answers. */
  void ping() {
    entities.createNativeQuery("select 1").getSingleResult();
  }
}
