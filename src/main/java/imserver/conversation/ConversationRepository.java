package imserver.conversation;

import imserver.database.SqlDialect;
import imserver.file.Attachments;
import imserver.message.Conversation;
import imserver.message.UnreadCondition;
import imserver.packet.MessageFile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The queries for conversations. Each reads no more rows than it returns, or twice as many, or
 * those of two {@link Conversation#bucket}s, unless its comment says otherwise. To be called within
 * a transaction.
 *
 * <p>Their {@code order by} begins with columns that are equal in all rows: without these H2 does
 * not use the index that has that order.
 */
@ApplicationScoped
public class ConversationRepository {

  /** So many rows of {@code unread} are read in less than a millisecond. */
  static final int LITTLE_UNREAD = 1_000;

  @PersistenceContext private EntityManager entities;
  @Inject private SqlDialect dialect;
  @Inject private Attachments attachments;

  /** For the container, which injects the rest. */
  public ConversationRepository() {}

  /**
   * A user's conversations whose last message has an id in a range, newest first; without those
   * that are hidden, which are read too.
   */
  List<Conversation> newest(long user, long aboveId, long belowId, int limit) {
    return Stream.of("low", "high")
        .flatMap(
            side ->
                entities
                    .createQuery(
                        """
                        select c from Conversation c
                        where c.%1$s = :user and c.bucket%2$s between :first and :last
                          and c.last%2$s > :above and c.last%2$s < :below and c.hiddenTo%2$s < c.last%2$s
                        order by c.%1$s, c.bucket%2$s desc, c.last%2$s desc
                        """
                            .formatted(side, capitalized(side)),
                        Conversation.class)
                    .setParameter("user", user)
                    .setParameter("first", Conversation.bucket(aboveId))
                    .setParameter("last", Conversation.bucket(belowId))
                    .setParameter("above", aboveId)
                    .setParameter("below", belowId)
                    .setMaxResults(limit)
                    .getResultStream())
        .distinct() // a conversation of a user with himself is on both sides
        .sorted(Comparator.comparingLong((Conversation each) -> each.lastOf(user)).reversed())
        .limit(limit)
        .toList();
  }

  /**
   * A user's conversations whose last change for that user is above a number, the lowest first.
   * Reads all of the user's conversations: an index for that would be written with every message.
   *
   * <p>The two sides are read one after the other. What is committed in between may be there on one
   * side, and something lower be missing on the other; all that was committed before is there.
   */
  List<Conversation> changedSince(long user, long since, int limit) {
    return Stream.of("low", "high")
        .flatMap(
            side ->
                entities
                    .createQuery(
                        """
                        select c from Conversation c where c.%1$s = :user and c.changed%2$s > :since
                        order by c.changed%2$s
                        """
                            .formatted(side, capitalized(side)),
                        Conversation.class)
                    .setParameter("user", user)
                    .setParameter("since", since)
                    .setMaxResults(limit)
                    .getResultStream())
        .distinct() // a conversation of a user with himself is on both sides
        .sorted(Comparator.comparingLong(each -> each.changedOf(user)))
        .limit(limit)
        .toList();
  }

  private static String capitalized(String side) {
    return side.equals("low") ? "Low" : "High";
  }

  /** The conversations with the users whom one has blocked, with ids above one, ascending. */
  List<Conversation> blockedBy(long user, long aboveId, int limit) {
    return Stream.of("low", "high")
        .flatMap(
            side ->
                entities
                    .createQuery(
                        """
                        select c from Conversation c
                        where c.%1$s = :user and c.blockedBy%2$s = true and c.%3$s > :above
                        order by c.%1$s, c.blockedBy%2$s, c.%3$s
                        """
                            .formatted(
                                side, capitalized(side), side.equals("low") ? "high" : "low"),
                        Conversation.class)
                    .setParameter("user", user)
                    .setParameter("above", aboveId)
                    .setMaxResults(limit)
                    .getResultStream())
        .sorted(Comparator.comparingLong(each -> each.otherThan(user)))
        .limit(limit)
        .toList();
  }

  /** A user's conversations with users with ids above one, ascending: reads all of them. */
  List<Conversation> withUsersAbove(long user, long aboveId, int limit) {
    Stream<Conversation> asLow =
        entities
            .createQuery(
                """
                select c from Conversation c where c.low = :user and c.high > :above
                order by c.low, c.high
                """,
                Conversation.class)
            .setParameter("user", user)
            .setParameter("above", aboveId)
            .setMaxResults(limit)
            .getResultStream();
    Stream<Conversation> asHigh =
        entities
            .createQuery(
                """
                select c from Conversation c where c.high = :user and c.low > :above and c.low < :user
                order by c.low
                """,
                Conversation.class)
            .setParameter("user", user)
            .setParameter("above", aboveId)
            .setMaxResults(limit)
            .getResultStream();
    return Stream.concat(asLow, asHigh)
        .sorted(Comparator.comparingLong(each -> each.otherThan(user)))
        .limit(limit)
        .toList();
  }

  /** The number of a user's last change, 0 for none. */
  long head(long user) {
    return entities
        .createQuery("select s.head from UserState s where s.userId = :user", Long.class)
        .setParameter("user", user)
        .getResultStream()
        .findFirst()
        .orElse(0L);
  }

  /** The last of all messages from or to a user, 0 for none. */
  long lastId(long user) {
    return Stream.of("low", "high")
        .flatMap(
            side ->
                entities
                    .createQuery(
                        """
                        select c.last%2$s from Conversation c where c.%1$s = :user
                        order by c.%1$s, c.bucket%2$s desc, c.last%2$s desc
                        """
                            .formatted(side, capitalized(side)),
                        Long.class)
                    .setParameter("user", user)
                    .setMaxResults(1)
                    .getResultStream())
        .reduce(0L, Math::max);
  }

  /**
   * The last message between a user and each of others that the user sees up to an id; no entry for
   * those who had none.
   */
  Map<Long, Long> lastUpTo(long id, long user, Collection<Long> others) {
    List<?> rows =
        entities
            .createNativeQuery(
                dialect.sql(
                    """
                select o.id,
                       (select m.id from message m /*! force index (message_history) */ where m.sender_id = ?1 and m.recipient_id = o.id and m.id <= ?2
                        order by m.sender_id desc, m.recipient_id desc, m.id desc limit 1),
                       (select m.id from message m /*! force index (message_history) */ where m.sender_id = ?1 and m.recipient_id = -o.id and m.id <= ?2
                        order by m.sender_id desc, m.recipient_id desc, m.id desc limit 1),
                       (select m.id from message m /*! force index (message_history) */ where m.sender_id = o.id and m.recipient_id = ?1 and m.id <= ?2
                        order by m.sender_id desc, m.recipient_id desc, m.id desc limit 1)
                from unnest(cast(?3 as bigint array)) as o (id)
                """))
            .setParameter(1, user)
            .setParameter(2, id)
            .setParameter(3, dialect.numbers(others))
            .getResultList();
    Map<Long, Long> last = new HashMap<>();
    for (Object row : rows) {
      Object[] columns = (Object[]) row;
      Stream.of(columns)
          .skip(1)
          .flatMap(Stream::ofNullable)
          .mapToLong(column -> ((Number) column).longValue())
          .max()
          .ifPresent(max -> last.put(((Number) columns[0]).longValue(), max));
    }
    return last;
  }

  /** Messages by their ids. */
  Map<Long, StoredMessage> messages(Collection<Long> ids) {
    return ids.isEmpty()
        ? Map.of()
        : withFiles(
                entities
                    .createQuery(STORED_MESSAGE + "m.id in :ids", StoredMessage.class)
                    .setParameter("ids", ids)
                    .getResultList())
            .stream()
            .collect(Collectors.toMap(StoredMessage::id, Function.identity()));
  }

  /**
   * What one user sent to another, with ids in a range, the highest first; with the negative of the
   * recipient's id what was silenced.
   */
  List<StoredMessage> newestOf(long sender, long recipient, long aboveId, long belowId, int limit) {
    return direction(sender, recipient, aboveId, belowId, limit, "desc");
  }

  /** The same with the lowest first. */
  List<StoredMessage> oldestOf(long sender, long recipient, long aboveId, long belowId, int limit) {
    return direction(sender, recipient, aboveId, belowId, limit, "asc");
  }

  private List<StoredMessage> direction(
      long sender, long recipient, long aboveId, long belowId, int limit, String order) {
    return withFiles(
        entities
            .createQuery(
                STORED_MESSAGE
                    + """
                    m.senderId = :sender and m.recipientId = :recipient and m.id > :above and m.id < :below
                    order by m.senderId %1$s, m.recipientId %1$s, m.id %1$s
                    """
                        .formatted(order),
                StoredMessage.class)
            .setParameter("sender", sender)
            .setParameter("recipient", recipient)
            .setParameter("above", aboveId)
            .setParameter("below", belowId)
            .setMaxResults(limit)
            .getResultList());
  }

  private List<StoredMessage> withFiles(List<StoredMessage> messages) {
    Map<Long, List<MessageFile>> files =
        attachments.of(messages, StoredMessage::id, StoredMessage::content);
    return files.isEmpty()
        ? messages
        : messages.stream()
            .map(message -> message.with(files.getOrDefault(message.id(), List.of())))
            .toList();
  }

  /**
   * The entries of recalls between a user and another that the user sees, with ids in a range, the
   * highest first.
   */
  List<StoredMessage> newestRecalls(long user, long other, long aboveId, long belowId, int limit) {
    return recalls(user, other, aboveId, belowId, limit, "desc");
  }

  /** The same with the lowest first. */
  List<StoredMessage> oldestRecalls(long user, long other, long aboveId, long belowId, int limit) {
    return recalls(user, other, aboveId, belowId, limit, "asc");
  }

  private List<StoredMessage> recalls(
      long user, long other, long aboveId, long belowId, int limit, String order) {
    return entities
        .createQuery(
            """
            select new imserver.conversation.StoredMessage(r.id, m.senderId, m.recipientId, r.createdAt, r.messageId)
            from Recall r, Message m
            where m.id = r.messageId and r.low = :low and r.high = :high and r.id > :above and r.id < :below
              and (m.recipientId > 0 or m.senderId = :user)
            order by r.low %1$s, r.high %1$s, r.id %1$s
            """
                .formatted(order),
            StoredMessage.class)
        .setParameter("user", user)
        .setParameter("low", Math.min(user, other))
        .setParameter("high", Math.max(user, other))
        .setParameter("above", aboveId)
        .setParameter("below", belowId)
        .setMaxResults(limit)
        .getResultList();
  }

  /** The ids of what one user sent to another below one, the highest first. */
  List<Long> newestIds(long sender, long recipient, long belowId, int limit) {
    return entities
        .createQuery(
            """
            select m.id from Message m
            where m.senderId = :sender and m.recipientId = :recipient and m.id < :below
            order by m.senderId desc, m.recipientId desc, m.id desc
            """,
            Long.class)
        .setParameter("sender", sender)
        .setParameter("recipient", recipient)
        .setParameter("below", belowId)
        .setMaxResults(limit)
        .getResultList();
  }

  /**
   * A condition stands in parentheses before another join: EclipseLink 5 takes "left" for the
   * function of that name otherwise, which is new.
   */
  private static final String STORED_MESSAGE =
      "select new imserver.conversation.StoredMessage(m.id, m.senderId, m.recipientId, m.content,"
          + " m.timestamp, m.createdAt, u.messageId, n.title, n.url) from Message m"
          + " left join Unread u on (u.recipientId = m.recipientId and u.messageId = m.id)"
          + " left join Notice n on n.messageId = m.id and m.senderId = 0 where ";

  /**
   * The ids of the unread messages from one user to another in a range, the lowest first. Reads all
   * that is unread of the recipient, if that is little; else all messages of that direction in the
   * range until it has found so many.
   */
  List<Long> unreadIds(long sender, long recipient, long aboveId, long upToId, int limit) {
    String query =
        hasLittleUnread(recipient)
            ? """
            select u.messageId from Unread u
            where u.recipientId = :recipient and u.messageId > :above and u.messageId <= :upTo and u.senderId = :sender
            order by u.recipientId, u.messageId
            """
            : """
            select m.id from Message m
            where m.senderId = :sender and m.recipientId = :recipient and m.id > :above and m.id <= :upTo
              and\
            """
                + UnreadCondition.JPQL
                + " order by m.senderId, m.recipientId, m.id";
    return entities
        .createQuery(query, Long.class)
        .setParameter("recipient", recipient)
        .setParameter("sender", sender)
        .setParameter("above", aboveId)
        .setParameter("upTo", upToId)
        .setMaxResults(limit)
        .getResultList();
  }

  /**
   * The newest unread messages of the system to a user, above an id, the newest first. Reads all
   * that is unread of the user, if that is little; else all that the system has sent to that user
   * above it until it has found so many.
   */
  List<StoredNotice> unreadNotices(long user, long aboveId, int limit) {
    String select =
        "select new imserver.conversation.StoredNotice(m.id, m.content, m.createdAt, n.title,"
            + " n.url) ";
    String query =
        hasLittleUnread(user)
            ? """
            from Unread u, Message m left join Notice n on n.messageId = m.id
            where m.id = u.messageId and u.recipientId = :user and u.messageId > :above and u.senderId = 0
            order by u.recipientId desc, u.messageId desc
            """
            : """
            from Message m left join Notice n on n.messageId = m.id
            where m.senderId = 0 and m.recipientId = :user and m.id > :above and\
            """
                + UnreadCondition.JPQL
                + " order by m.senderId desc, m.recipientId desc, m.id desc";
    return entities
        .createQuery(select + query, StoredNotice.class)
        .setParameter("user", user)
        .setParameter("above", aboveId)
        .setMaxResults(limit)
        .getResultList();
  }

  private boolean hasLittleUnread(long user) {
    return unread(user).total() <= LITTLE_UNREAD;
  }

  /** The conversation of two users, if they have one. */
  Optional<Conversation> find(long one, long other) {
    return Optional.ofNullable(entities.find(Conversation.class, new Conversation.Key(one, other)));
  }

  /** How many messages a stranger may send to a user; empty for as many as the site says. */
  Optional<Integer> strangerQuota(long user) {
    return entities
        .createQuery(
            "select s.strangerQuota from UserState s where s.userId = :user", Integer.class)
        .setParameter("user", user)
        .getResultList()
        .stream()
        .filter(Objects::nonNull)
        .findFirst();
  }

  /** A user's two counts, both of the same moment. */
  UnreadCount unread(long user) {
    Object[] counts =
        (Object[])
            entities
                .createNativeQuery(
                    """
                    select coalesce((select unread from user_state where user_id = ?1), 0),
                           coalesce((select unread_high from conversation where low_id = 0 and high_id = ?1), 0)
                    """)
                .setParameter(1, user)
                .getSingleResult();
    return new UnreadCount(((Number) counts[0]).longValue(), ((Number) counts[1]).longValue());
  }

  /**
   * Of what is unread of a user what is in conversations that are muted, and what in those of
   * strangers that are not. Reads all of the user's conversations.
   */
  UnreadApart unreadApart(long user) {
    Object[] counts =
        (Object[])
            entities
                .createNativeQuery(
                    """
                    select coalesce(sum(case when c.muted then c.unread else 0 end), 0),
                           coalesce(sum(case when c.stranger and not c.muted then c.unread else 0 end), 0)
                    from (select unread_low as unread, muted_by_low as muted, sent_low = 0 as stranger
                          from conversation where low_id = ?1 and high_id <> ?1 and unread_low > 0
                          union all
                          select unread_high, muted_by_high, sent_high = 0 and low_id > 0 and low_id <> high_id
                          from conversation where high_id = ?1 and unread_high > 0) as c
                    """)
                .setParameter(1, user)
                .getSingleResult();
    return new UnreadApart(((Number) counts[0]).longValue(), ((Number) counts[1]).longValue());
  }
}
