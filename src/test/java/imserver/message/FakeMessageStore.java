package imserver.message;

import imserver.database.StorageException;
import imserver.packet.Response.ConversationState;
import imserver.packet.Response.LastMessage;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** A {@link MessageStore} in memory: the contract in its plainest form. */
class FakeMessageStore implements MessageStore {

  /** All that is stored, by id. */
  final NavigableMap<Long, NewMessage> messages = new TreeMap<>();

  /** Those that are not read, by id. */
  private final NavigableMap<Long, NewMessage> unread = new TreeMap<>();

  private final Map<DedupeKey, Long> idByKey = new HashMap<>();
  private final Map<Long, Long> heads = new HashMap<>();

  /** What is kept of the unread messages of each user. */
  final Map<Long, Long> totals = new HashMap<>();

  /** The same, by reader and sender. */
  final Map<List<Long>, Long> counts = new HashMap<>();

  /** The last change of the conversation of a user with another. */
  final Map<List<Long>, Long> changed = new HashMap<>();

  /** By reader and sender. */
  private final Map<List<Long>, Long> readUpTo = new HashMap<>();

  private final Set<Long> recalled = new HashSet<>();

  private long lastId;

  @Override
  public synchronized List<Outcome> add(List<NewMessage> newMessages) {
    if (newMessages.stream().anyMatch(newMessage -> newMessage.timestamp().length() > 1000)) {
      throw new StorageException(new IllegalArgumentException("the timestamp is too long"));
    }
    return newMessages.stream().map(this::add).toList();
  }

  private Outcome add(NewMessage newMessage) {
    Long existing = idByKey.get(newMessage.key());
    if (existing != null) {
      NewMessage first = messages.get(existing);
      boolean same =
          recalled.contains(existing)
              ? newMessage.recipientId() == first.recipientId()
              : newMessage.saysTheSameAs(first);
      return new ExistingMessage(existing, first.createdAt(), same).outcome();
    }
    long id = ++lastId;
    messages.put(id, newMessage);
    unread.put(id, newMessage);
    idByKey.put(newMessage.key(), id);
    totals.merge(newMessage.recipientId(), 1L, Long::sum);
    counts.merge(List.of(newMessage.recipientId(), newMessage.senderId()), 1L, Long::sum);
    long senderChange = change(newMessage.senderId(), newMessage.recipientId());
    boolean toHimself = newMessage.senderId() == newMessage.recipientId();
    return new Outcome.Stored(
        id,
        senderChange,
        toHimself ? senderChange : change(newMessage.recipientId(), newMessage.senderId()),
        counts.get(List.of(newMessage.recipientId(), newMessage.senderId())));
  }

  /** Loses the last change of a user, as a standby does that had not got it. */
  synchronized void forget(long user) {
    heads.merge(user, -1L, Long::sum);
  }

  private long change(long user, long other) {
    if (user == 0) {
      return 0;
    }
    long number = heads.merge(user, 1L, Long::sum);
    changed.put(List.of(user, other), number);
    return number;
  }

  @Override
  public synchronized List<ReadMark> markRead(
      Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts) {
    Map<List<Long>, Long> read = new HashMap<>();
    idsByReader.forEach(
        (reader, ids) ->
            ids.forEach(
                id -> {
                  NewMessage newMessage = unread.get(id);
                  if (newMessage != null && newMessage.recipientId() == reader) {
                    unread.remove(id);
                    read.merge(List.of(reader, newMessage.senderId()), 1L, Long::sum);
                  }
                }));
    List<ReadMark> marks = new ArrayList<>();
    read.forEach((who, count) -> marks.add(mark(who.get(0), who.get(1), count, receipts)));
    return marks;
  }

  private ReadMark mark(long reader, long sender, long count, boolean receipts) {
    totals.merge(reader, -count, Long::sum);
    long left = counts.merge(List.of(reader, sender), -count, Long::sum);
    long readerChange = change(reader, sender);
    return new ReadMark(
        reader,
        sender,
        readerChange,
        reader == sender ? readerChange : receipts ? change(sender, reader) : 0,
        left,
        raise(reader, sender));
  }

  /** What is kept, and is raised where something is read. */
  synchronized long readUpTo(long reader, long sender) {
    return readUpTo.getOrDefault(List.of(reader, sender), 0L);
  }

  private long raise(long reader, long sender) {
    return readUpTo.merge(List.of(reader, sender), upToUnread(reader, sender), Math::max);
  }

  private long upToUnread(long reader, long sender) {
    long upTo = 0;
    for (Map.Entry<Long, NewMessage> message : messages.entrySet()) {
      if (isFromTo(message.getValue(), sender, reader)) {
        if (unread.containsKey(message.getKey())) {
          return upTo;
        }
        upTo = message.getKey();
      }
    }
    return upTo;
  }

  private static boolean isFromTo(NewMessage newMessage, long sender, long recipient) {
    return newMessage.senderId() == sender && newMessage.recipientId() == recipient;
  }

  @Override
  public synchronized RecallOutcome recall(
      long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
    NewMessage message = messages.get(messageId);
    if (message == null || message.senderId() != sender) {
      return new RecallOutcome.NotFound();
    }
    if (recalled.contains(messageId)) {
      return new RecallOutcome.RecalledBefore();
    }
    if (message.createdAt().isBefore(since)) {
      return new RecallOutcome.Expired();
    }
    recalled.add(messageId);
    lastId++;
    long recipient = message.recipientId();
    if (unread.remove(messageId) != null) {
      totals.merge(recipient, -1L, Long::sum);
      counts.merge(List.of(recipient, sender), -1L, Long::sum);
    }
    long senderChange = change(sender, recipient);
    return new RecallOutcome.Recalled(
        messageId,
        sender,
        senderChange,
        recipient,
        recipient == sender ? senderChange : change(recipient, sender),
        counts.getOrDefault(List.of(recipient, sender), 0L));
  }

  @Override
  public synchronized Recount recount(long user) {
    long before = totals.getOrDefault(user, 0L);
    long after =
        unread.values().stream().filter(newMessage -> newMessage.recipientId() == user).count();
    totals.put(user, after);
    long corrected = 0;
    for (Map.Entry<List<Long>, Long> count : counts.entrySet()) {
      long sender = count.getKey().get(1);
      long right =
          unread.values().stream().filter(newMessage -> isFromTo(newMessage, sender, user)).count();
      if (count.getKey().get(0) == user && count.getValue() != right) {
        count.setValue(right);
        change(user, sender);
        corrected++;
      }
    }
    return new Recount(before, after, corrected);
  }

  /** The unread messages of a user above an id, in order. */
  synchronized List<ReceivedMessage> unread(long user, long afterId) {
    return unread.tailMap(afterId, false).entrySet().stream()
        .filter(message -> message.getValue().recipientId() == user)
        .map(message -> received(message.getKey(), message.getValue()))
        .toList();
  }

  /** All messages to a user above an id, in order. */
  synchronized List<ReceivedMessage> receivedAfter(long user, long afterId) {
    return messages.tailMap(afterId, false).entrySet().stream()
        .filter(message -> message.getValue().recipientId() == user)
        .filter(message -> !recalled.contains(message.getKey()))
        .map(message -> received(message.getKey(), message.getValue()))
        .toList();
  }

  /** How far the changes and messages of a user have come. */
  synchronized UserPosition position(long user) {
    List<Long> ids = idsOf(user, 0);
    return new UserPosition(head(user), ids.isEmpty() ? 0 : ids.get(ids.size() - 1));
  }

  private static ReceivedMessage received(long id, NewMessage message) {
    return new ReceivedMessage(
        id, message.senderId(), message.recipientId(), message.content(), message.timestamp());
  }

  /** The conversations that have changed for a user since a number, the lowest first. */
  synchronized List<ConversationState> changesSince(long user, long since) {
    return changed.entrySet().stream()
        .filter(entry -> entry.getKey().get(0) == user && entry.getValue() > since)
        .sorted(Map.Entry.comparingByValue())
        .map(entry -> state(user, entry.getKey().get(1), entry.getValue()))
        .toList();
  }

  private ConversationState state(long user, long other, long change) {
    Map.Entry<Long, NewMessage> last =
        messages.entrySet().stream()
            .filter(
                message ->
                    isFromTo(message.getValue(), user, other)
                        || isFromTo(message.getValue(), other, user))
            .reduce((first, second) -> second)
            .orElseThrow();
    String content = recalled.contains(last.getKey()) ? "" : last.getValue().content();
    return new ConversationState(
        other,
        Long.toString(other),
        "",
        new LastMessage(
            last.getKey(),
            last.getValue().senderId(),
            last.getValue().recipientId(),
            content,
            last.getValue().createdAt().toInstant(),
            "",
            null,
            null),
        counts.getOrDefault(List.of(user, other), 0L),
        readUpTo(user, other),
        other == user || other == 0 ? null : readUpTo(other, user),
        change);
  }

  /** All messages from or to a user above an id, in order. */
  synchronized List<Long> idsOf(long user, long afterId) {
    return messages.tailMap(afterId, false).entrySet().stream()
        .filter(
            message ->
                message.getValue().recipientId() == user || message.getValue().senderId() == user)
        .map(Map.Entry::getKey)
        .toList();
  }

  synchronized long head(long user) {
    return heads.getOrDefault(user, 0L);
  }
}
