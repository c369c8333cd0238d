package imserver.message;

import imserver.database.StorageException;
import imserver.message.SenderHistory.PairHistory;
import imserver.message.SendingRules.Decision;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import imserver.packet.Response.ConversationState;
import imserver.packet.Response.LastMessage;
import imserver.packet.Response.Settings;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A {@link MessageStore} in memory: the contract in its plainest form. */
class FakeMessageStore implements MessageStore {

  /** All that is stored, by id. */
  final NavigableMap<Long, NewMessage> messages = new TreeMap<>();

  /** How many of one to another there are. */
  private final Map<List<Long>, Long> sent = new HashMap<>();

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

  /** What users have set, by user and other. */
  private final Map<List<Long>, ConversationSettings> settings = new HashMap<>();

  /** The conversations that a user has hidden, with their last messages then. */
  private final Map<List<Long>, Long> hiddenTo = new HashMap<>();

  private final Map<Long, Integer> strangerQuotas = new HashMap<>();

  /** When a user has written first to another, by both. */
  private final Map<List<Long>, OffsetDateTime> begun = new HashMap<>();

  private final Map<Long, SuspensionChange> suspensions = new HashMap<>();

  /** What moderators have done. */
  final List<ModerationStep> steps = new ArrayList<>();

  private long lastId;

  /** Whether the host application is to be told of everything. */
  boolean tells;

  /** What it is to be told, as {@link StoreState#events} has it. */
  final List<String> events = new ArrayList<>();

  /** The conversations of these. */
  final Set<String> queue = new TreeSet<>();

  /** Who is to see messages of whom in time. */
  final Set<String> unseen = new TreeSet<>();

  private void tell(String type, long user, long other, String about) {
    if (tells) {
      String pair = Math.min(user, other) + "-" + Math.max(user, other);
      events.add("%s %s by %d: %s".formatted(type, pair, user, about));
      queue.add(pair);
    }
  }

  @Override
  public synchronized List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
    if (newMessages.stream().anyMatch(newMessage -> newMessage.timestamp().length() > 1000)) {
      throw new StorageException(new IllegalArgumentException("the timestamp is too long"));
    }
    OffsetDateTime now = newMessages.get(0).createdAt();
    return newMessages.stream().map(newMessage -> add(newMessage, rules, now)).toList();
  }

  private Outcome add(NewMessage newMessage, SiteRules rules, OffsetDateTime now) {
    Long existing = idByKey.get(newMessage.key());
    if (existing != null) {
      NewMessage first = messages.get(existing);
      boolean same =
          recalled.contains(existing)
              ? newMessage.recipientId() == first.recipientId()
              : newMessage.saysTheSameAs(first);
      return new ExistingMessage(existing, first.createdAt(), same).outcome();
    }
    Decision decision = decide(newMessage, rules, now);
    if (decision != Decision.STORE && decision != Decision.SILENCE) {
      return new Outcome.Refused(decision);
    }
    boolean isFirst = sent(newMessage.senderId(), newMessage.recipientId()) == 0;
    long senderId = newMessage.senderId();
    if (isFirst && sent(newMessage.recipientId(), senderId) == 0 && !newMessage.exempt()) {
      begun.put(List.of(senderId, newMessage.recipientId()), now);
    }
    return store(newMessage.silenced(decision == Decision.SILENCE));
  }

  private Decision decide(NewMessage newMessage, SiteRules rules, OffsetDateTime now) {
    UserPair pair = UserPair.of(newMessage.senderId(), newMessage.recipientId());
    PairHistory history =
        new PairHistory(
            sent(pair.low(), pair.high()),
            sent(pair.high(), pair.low()),
            settings(pair.low(), pair.high()).blocked(),
            settings(pair.high(), pair.low()).blocked());
    int newRecipients =
        (int)
            begun.entrySet().stream()
                .filter(each -> each.getKey().get(0) == newMessage.senderId())
                .filter(each -> each.getValue().plusHours(1).isAfter(now))
                .count();
    return SendingRules.decide(
            List.of(newMessage),
            rules,
            new SenderHistory(
                Map.of(pair, history),
                strangerQuotas,
                Map.of(newMessage.senderId(), newRecipients),
                isSuspended(newMessage.senderId(), now) ? Set.of(newMessage.senderId()) : Set.of()))
        .get(0);
  }

  private boolean isSuspended(long user, OffsetDateTime now) {
    SuspensionChange suspension = suspensions.get(user);
    return suspension != null && now.isBefore(suspension.until());
  }

  private long sent(long sender, long recipient) {
    return sent.getOrDefault(List.of(sender, recipient), 0L);
  }

  private Outcome store(NewMessage newMessage) {
    long id = ++lastId;
    messages.put(id, newMessage);
    sent.merge(List.of(newMessage.senderId(), newMessage.recipientId()), 1L, Long::sum);
    if (newMessage.silenced()) {
      idByKey.put(newMessage.key(), id);
      return new Outcome.Stored(id, change(newMessage.senderId(), newMessage.recipientId()), 0, 0);
    }
    unread.put(id, newMessage);
    idByKey.put(newMessage.key(), id);
    totals.merge(newMessage.recipientId(), 1L, Long::sum);
    counts.merge(List.of(newMessage.recipientId(), newMessage.senderId()), 1L, Long::sum);
    tell("message.stored", newMessage.senderId(), newMessage.recipientId(), String.valueOf(id));
    if (tells && newMessage.senderId() != newMessage.recipientId()) {
      unseen.add(newMessage.recipientId() + " of " + newMessage.senderId());
    }
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
    Map<List<Long>, Long> read = new LinkedHashMap<>();
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
    for (ReadMark mark : marks) {
      unseen.remove(mark.readerId() + " of " + mark.senderId());
      String about = mark.readUpTo() + " left " + mark.unread();
      tell("message.read", mark.readerId(), mark.senderId(), about);
    }
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
    return newMessage.senderId() == sender && newMessage.storedRecipient() == recipient;
  }

  @Override
  public synchronized SettingsOutcome set(long user, long other, SettingsChange change) {
    List<Long> key = List.of(user, other);
    boolean isKnown = changed.containsKey(key) || changed.containsKey(List.of(other, user));
    if (!isKnown && !Boolean.TRUE.equals(change.block())) {
      return new SettingsOutcome.NoConversation();
    }
    ConversationSettings before = settings(user, other);
    ConversationSettings after = change.of(before, last(user, other) > 0);
    if (after.equals(before)) {
      return new SettingsOutcome.Set(0, before);
    }
    if (after.blocked() && !before.blocked() && blockedBy(user) >= MAX_BLOCKED) {
      return new SettingsOutcome.TooManyBlocked();
    }
    settings.put(key, after);
    if (after.hidden() != before.hidden()) {
      hiddenTo.put(key, after.hidden() ? last(user, other) : 0);
    }
    return new SettingsOutcome.Set(change(user, other), after);
  }

  private long blockedBy(long user) {
    return settings.entrySet().stream()
        .filter(each -> each.getKey().get(0) == user && each.getValue().blocked())
        .count();
  }

  /** What a user has set. */
  synchronized ConversationSettings settings(long user, long other) {
    List<Long> key = List.of(user, other);
    ConversationSettings set = settings.getOrDefault(key, ConversationSettings.NONE);
    long hidden = hiddenTo.getOrDefault(key, 0L);
    return new ConversationSettings(
        set.blocked(), set.muted(), set.pinned(), hidden > 0 && hidden >= last(user, other));
  }

  /** The last message with another that a user sees, 0 for none. */
  synchronized long last(long user, long other) {
    return messages.entrySet().stream()
        .filter(
            message ->
                message.getValue().senderId() == user && message.getValue().recipientId() == other
                    || isFromTo(message.getValue(), other, user))
        .mapToLong(Map.Entry::getKey)
        .max()
        .orElse(0);
  }

  @Override
  public synchronized void setStrangerQuota(long user, @Nullable Integer quota) {
    if (quota == null) {
      strangerQuotas.remove(user);
    } else {
      strangerQuotas.put(user, quota);
    }
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
    if (isSuspended(sender, now)) {
      return new RecallOutcome.Suspended();
    }
    return erase(messageId, message);
  }

  @Override
  public synchronized RecallOutcome remove(long messageId, ModerationStep step) {
    NewMessage message = messages.get(messageId);
    if (message == null || message.senderId() == 0) {
      return new RecallOutcome.NotFound();
    }
    if (recalled.contains(messageId)) {
      return new RecallOutcome.RecalledBefore();
    }
    steps.add(step.onUser(message.senderId()));
    return erase(messageId, message);
  }

  @Override
  public synchronized SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    return put(user, scope, until, step);
  }

  private SuspensionChange put(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    steps.add(step);
    SuspensionChange change = new SuspensionChange(user, scope, until, steps.size());
    suspensions.put(user, change);
    return change;
  }

  @Override
  public synchronized Optional<SuspensionChange> endSuspension(long user, ModerationStep step) {
    return isSuspended(user, step.at())
        ? Optional.of(put(user, suspensions.get(user).scope(), step.at(), step))
        : Optional.empty();
  }

  private RecallOutcome erase(long messageId, NewMessage message) {
    long sender = message.senderId();
    recalled.add(messageId);
    lastId++;
    long recipient = message.recipientId();
    if (unread.remove(messageId) != null) {
      totals.merge(recipient, -1L, Long::sum);
      counts.merge(List.of(recipient, sender), -1L, Long::sum);
    }
    long senderChange = change(sender, recipient);
    if (!message.silenced()) {
      if (counts.getOrDefault(List.of(recipient, sender), 0L) == 0) {
        unseen.remove(recipient + " of " + sender);
      }
      tell("message.recalled", sender, recipient, String.valueOf(messageId));
    }
    return new RecallOutcome.Recalled(
        messageId,
        sender,
        senderChange,
        recipient,
        recipient == sender ? senderChange : message.silenced() ? 0 : change(recipient, sender),
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
        .filter(message -> message.getValue().storedRecipient() == user)
        .map(message -> received(message.getKey(), message.getValue()))
        .toList();
  }

  /** All messages to a user above an id, in order. */
  synchronized List<ReceivedMessage> receivedAfter(long user, long afterId) {
    return messages.tailMap(afterId, false).entrySet().stream()
        .filter(message -> message.getValue().storedRecipient() == user)
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
    long last = last(user, other);
    ConversationSettings set = settings(user, other);
    return new ConversationState(
        other,
        Long.toString(other),
        "",
        last == 0 ? null : lastMessage(last),
        counts.getOrDefault(List.of(user, other), 0L),
        readUpTo(user, other),
        other == user || other == 0 ? null : readUpTo(other, user),
        other != 0 && other != user && sent(user, other) == 0,
        new Settings(set.blocked(), set.muted(), set.pinned(), set.hidden()),
        change);
  }

  @Override
  public void rehearse(List<NewMessage> newMessages, SiteRules rules) {
    // nothing is left of it
  }

  private LastMessage lastMessage(long id) {
    NewMessage message = messages.get(id);
    return new LastMessage(
        id,
        message.senderId(),
        message.recipientId(),
        recalled.contains(id) ? "" : message.content(),
        message.createdAt().toInstant(),
        "",
        null,
        null);
  }

  /** All messages from or to a user above an id, in order. */
  synchronized List<Long> idsOf(long user, long afterId) {
    return messages.tailMap(afterId, false).entrySet().stream()
        .filter(
            message ->
                message.getValue().storedRecipient() == user
                    || message.getValue().senderId() == user)
        .map(Map.Entry::getKey)
        .toList();
  }

  synchronized long head(long user) {
    return heads.getOrDefault(user, 0L);
  }
}
