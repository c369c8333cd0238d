package imserver.message;

import jakarta.persistence.EntityManager;
import jakarta.persistence.FlushModeType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Marks messages as read on H2, and recounts what is unread, within a transaction. By entities, not
 * by statements over arrays as {@link H2MessageInserter}, since less is read than is stored.
 */
final class H2UnreadWriter {

  /** The most messages that are looked at to raise what is read up to. */
  private static final int MOST_LOOKED_AT = 10_000;

  private final EntityManager entities;
  private final @Nullable H2EventWriter events;

  H2UnreadWriter(EntityManager entities, @Nullable H2EventWriter events) {
    this.entities = entities;
    this.events = events;
  }

  /**
   * A reader and a sender of whom something was read; in the order in which changes are numbered.
   */
  private record Reading(long readerId, long senderId) implements Comparable<Reading> {

    @Override
    public int compareTo(Reading other) {
      int byReader = Long.compare(readerId, other.readerId);
      return byReader == 0 ? Long.compare(senderId, other.senderId) : byReader;
    }
  }

  /** See {@link MessageStore#markRead}. */
  List<ReadMark> markRead(Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts) {
    Map<Reading, Long> read = new TreeMap<>();
    idsByReader.forEach((reader, ids) -> ids.forEach(id -> markRead(reader, id, read)));
    entities.flush();
    List<ReadMark> marks = new ArrayList<>();
    read.forEach((reading, count) -> marks.add(mark(reading, count, receipts)));
    if (events != null) {
      events.read(marks);
    }
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

  private ReadMark mark(Reading reading, long count, boolean receipts) {
    long reader = reading.readerId();
    long sender = reading.senderId();
    UserState state = known(reader);
    state.setUnread(state.unread() - count);
    Conversation conversation = conversation(UserPair.of(reader, sender));
    conversation.setUnreadOf(reader, conversation.unreadOf(reader) - count);
    conversation.setReadUpToOf(reader, readUpTo(reading, conversation));
    long readerChange = state.change();
    long senderChange = senderChange(reading, readerChange, receipts);
    if (senderChange > 0) {
      conversation.setChangedOf(sender, senderChange);
    }
    conversation.setChangedOf(reader, readerChange);
    return new ReadMark(
        reader,
        sender,
        readerChange,
        senderChange,
        conversation.unreadOf(reader),
        conversation.readUpToOf(reader));
  }

  private long senderChange(Reading reading, long readerChange, boolean receipts) {
    if (reading.senderId() == reading.readerId()) {
      return readerChange;
    }
    return reading.senderId() == 0 || !receipts ? 0 : known(reading.senderId()).change();
  }

  /**
   * The last message before the first unread one. If the count says that there is an unread one, it
   * is looked for among {@link #MOST_LOOKED_AT} messages above what was read up to before.
   */
  private long readUpTo(Reading reading, Conversation conversation) {
    long before = conversation.readUpToOf(reading.readerId());
    long firstUnread =
        conversation.unreadOf(reading.readerId()) > 0
            ? firstUnread(reading, before)
            : Long.MAX_VALUE;
    return first(reading, before, firstUnread, "", "desc", 0).orElse(before);
  }

  /** The first unread message, or the end of what was looked at. */
  private long firstUnread(Reading reading, long before) {
    Optional<Long> last = first(reading, before, Long.MAX_VALUE, "", "", MOST_LOOKED_AT - 1);
    long end = last.orElse(Long.MAX_VALUE - 1) + 1;
    return first(reading, before, end, "and" + UnreadCondition.JPQL, "", 0).orElse(end);
  }

  /**
   * The first message in a range, in an order, that meets a condition; {@code after} are skipped.
   */
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
  Recount recount(long user) {
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

  /** How many messages of a sender are unread, and the id of the first. */
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
      throw new IllegalStateException("read messages of a user without a row");
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
      throw new IllegalStateException("read messages of a conversation without a row");
    }
    return found;
  }
}
