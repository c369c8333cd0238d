package imserver.message;

import imserver.database.StorageException;
import imserver.database.UnansweredException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A database in memory, with the failures that a test wants. */
class FakeService extends MessageService {

  /** What is committed, by id. */
  final Map<Long, Draft> committed = new TreeMap<>();

  /** What is marked as read, by reader. */
  final Map<Long, Set<Long>> read = new ConcurrentHashMap<>();

  /** How many drafts each call of {@link #store} got. */
  final List<Integer> calls = new CopyOnWriteArrayList<>();

  int pings;

  /** How many calls of {@link #existing} there were. */
  int looks;

  /** The database refuses these. */
  Predicate<Draft> refuses = draft -> false;

  /** To these nobody can send. */
  Set<Long> unknownRecipients = Set.of();

  boolean down;

  /** How many commits come that are done, but whose answers are lost. */
  int lostAnswers;

  /** Whether a commit is done by {@link #finishCommits} only. */
  boolean commitsWait;

  private final Map<Long, Draft> waiting = new LinkedHashMap<>();

  /** How many calls of {@link #markRead} fail from now on. */
  int failingMarks;

  @Override
  public long nextIdBlock() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Outcome> store(List<Draft> drafts) {
    calls.add(drafts.size());
    failIfDown();
    if (drafts.stream().anyMatch(refuses)) {
      throw new StorageException(new IllegalStateException("refused"));
    }
    Map<DedupeKey, Draft> stored = new HashMap<>();
    committed.values().forEach(draft -> stored.put(draft.key(), draft));
    Map<Long, Draft> added = new LinkedHashMap<>();
    List<Outcome> outcomes = new ArrayList<>();
    for (Draft draft : drafts) {
      Draft earlier = stored.get(draft.key());
      if (unknownRecipients.contains(draft.recipientId())) {
        outcomes.add(new Outcome.UnknownRecipient());
      } else if (earlier == null) {
        added.put(draft.id(), draft);
        stored.put(draft.key(), draft);
        outcomes.add(new Outcome.Stored(draft.id()));
      } else {
        outcomes.add(outcome(draft, earlier));
      }
    }
    (commitsWait ? waiting : committed).putAll(added);
    if (lostAnswers > 0) {
      lostAnswers--;
      throw new UnansweredException(new IllegalStateException("a broken connection"));
    }
    return outcomes;
  }

  private static Outcome outcome(Draft draft, Draft earlier) {
    if (earlier.id() == draft.id()) {
      return new Outcome.Stored(draft.id());
    }
    boolean same =
        earlier.recipientId() == draft.recipientId() && earlier.content().equals(draft.content());
    return same ? new Outcome.Duplicate(earlier.id()) : new Outcome.Reused(earlier.id());
  }

  /** The database does what nobody waits for any more. */
  void finishCommits() {
    committed.putAll(waiting);
    waiting.clear();
  }

  @Override
  public void markRead(Map<Long, ? extends Collection<Long>> idsByReader) {
    failIfDown();
    if (failingMarks > 0) {
      failingMarks--;
      throw new StorageException(new IllegalStateException("a dead connection"));
    }
    idsByReader.forEach(
        (reader, ids) -> read.computeIfAbsent(reader, key -> new TreeSet<>()).addAll(ids));
  }

  @Override
  public Set<Long> existing(Set<Long> ids) {
    looks++;
    failIfDown();
    return ids.stream().filter(committed::containsKey).collect(Collectors.toSet());
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
