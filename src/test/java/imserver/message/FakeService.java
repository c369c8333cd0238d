package imserver.message;

import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.directory.UserProfile;
import imserver.file.OwnedFile;
import imserver.packet.Response.Incoming;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A database in memory, with the failures that a test wants. */
class FakeService extends MessageService {

  private final FakeMessageStore store = new FakeMessageStore();

  /** What is committed, by id. */
  final Map<Long, NewMessage> committed = store.messages;

  /** What was named in read-acks, by reader. */
  final Map<Long, Set<Long>> read = new ConcurrentHashMap<>();

  /** How many new messages each call of {@link #add} got. */
  final List<Integer> calls = new CopyOnWriteArrayList<>();

  /** What the site allows. */
  SiteRules rules = SiteRules.OPEN;

  /** Whether {@link #refuse} finds the message. */
  Predicate<NewMessage> wasStored = newMessage -> false;

  @Override
  public List<Outcome> refuse(List<NewMessage> newMessages) {
    return newMessages.stream()
        .<Outcome>map(
            each ->
                wasStored.test(each)
                    ? new Outcome.Duplicate(7, each.createdAt())
                    : new Outcome.RefusedContent())
        .toList();
  }

  /** What users have uploaded. */
  final Map<Long, OwnedFile> uploaded = new ConcurrentHashMap<>();

  @Override
  public Map<Long, OwnedFile> files(Collection<Long> fileIds) {
    if (down) {
      throw new StorageException(new IllegalStateException("down"));
    }
    return uploaded;
  }

  @Override
  public void renameFiles(Map<Long, String> names) {
    names.forEach(
        (id, name) ->
            uploaded.computeIfPresent(
                id, (key, file) -> new OwnedFile(file.ownerId(), file.attachment().named(name))));
  }

  int pings;

  /** The database refuses these. */
  Predicate<NewMessage> refuses = newMessage -> false;

  /** To these nobody can send. */
  Set<Long> unknownRecipients = Set.of();

  boolean down;

  /** How many commits come that are done, but whose answers are lost. */
  int lostAnswers;

  /**
   * Whether a commit that is not answered is done by {@link #finishCommits} only, or when another
   * needs the row of one of its users, as a database does it.
   */
  boolean commitsWait;

  private final List<List<NewMessage>> waiting = new ArrayList<>();

  /** How many calls of {@link #markRead} fail from now on. */
  int failingMarks;

  /** Whether it is not known of those whether they were committed. */
  boolean marksUnknown;

  /** Called when read-acks come to the database. */
  Runnable beforeMarking = () -> {};

  @Override
  public List<Outcome> add(List<NewMessage> newMessages) {
    calls.add(newMessages.size());
    failIfDown();
    if (newMessages.stream().anyMatch(refuses)) {
      throw new StorageException(new IllegalStateException("refused"));
    }
    List<NewMessage> known =
        newMessages.stream()
            .filter(newMessage -> !unknownRecipients.contains(newMessage.recipientId()))
            .toList();
    if (lostAnswers > 0) {
      lostAnswers--;
      if (commitsWait) {
        waiting.add(known);
      } else {
        store.add(known, rules);
      }
      throw new CommitUnknownException(new IllegalStateException("a broken connection"));
    }
    waiting.removeIf(batch -> haveUserInCommon(batch, known) && !store.add(batch, rules).isEmpty());
    Queue<Outcome> added = new ArrayDeque<>(store.add(known, rules));
    return newMessages.stream()
        .map(
            newMessage ->
                unknownRecipients.contains(newMessage.recipientId())
                    ? new Outcome.UnknownRecipient()
                    : added.remove())
        .toList();
  }

  private static boolean haveUserInCommon(List<NewMessage> some, List<NewMessage> others) {
    return some.stream()
        .anyMatch(
            one ->
                others.stream()
                    .anyMatch(
                        other ->
                            one.recipientId() == other.recipientId()
                                || one.senderId() == other.senderId()
                                || one.recipientId() == other.senderId()
                                || one.senderId() == other.recipientId()));
  }

  /** The database does what nobody waits for any more. */
  void finishCommits() {
    waiting.forEach(batch -> store.add(batch, rules));
    waiting.clear();
  }

  @Override
  public List<ReadMark> markRead(Map<Long, ? extends Collection<Long>> idsByReader) {
    beforeMarking.run();
    failIfDown();
    if (failingMarks > 0) {
      failingMarks--;
      if (marksUnknown) {
        throw new CommitUnknownException(new IllegalStateException("a dead connection"));
      }
      throw new StorageException(new IllegalStateException("a dead connection"));
    }
    idsByReader.forEach(
        (reader, ids) -> read.computeIfAbsent(reader, key -> new TreeSet<>()).addAll(ids));
    return store.markRead(idsByReader, true);
  }

  @Override
  public RecallOutcome recall(
      long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
    failIfDown();
    return store.recall(sender, messageId, since, now);
  }

  @Override
  public String epoch() {
    failIfDown();
    return "epoch";
  }

  @Override
  public List<Incoming> receivedAfter(Map<Long, Long> afterByUser, int limit) {
    failIfDown();
    return afterByUser.entrySet().stream()
        .flatMap(user -> store.receivedAfter(user.getKey(), user.getValue()).stream())
        .sorted(Comparator.comparingLong(ReceivedMessage::id))
        .limit(limit)
        .map(message -> message.from(UserProfile.unknown(message.senderId()), List.of()))
        .toList();
  }

  @Override
  public Map<Long, Long> heads(Collection<Long> users) {
    failIfDown();
    return users.stream().collect(Collectors.toMap(user -> user, store::head));
  }

  @Override
  public UserPosition position(long user) {
    failIfDown();
    return store.position(user);
  }

  @Override
  public void ping() {
    pings++;
    failIfDown();
  }

  private void failIfDown() {
    if (down) {
      throw new StorageException(new IllegalStateException("down"));
    }
  }
}
