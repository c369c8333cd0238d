package imserver.session;

import imserver.packet.Response;
import imserver.packet.Response.Incoming;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * The connections of one user to this server, and what they have been told: changes in the order of
 * their numbers, messages in the order of their ids, none twice.
 *
 * <p>What is committed, by this server or another, comes in any order: it is put right by the
 * numbers of the user's changes, each of which is one above the one before (see {@code
 * imserver.message}). The next number is told; a lower one is known; a higher one waits, for a
 * moment, for those that are missing. When they do not come the stream is to catch up from the
 * database.
 *
 * <p>Safe for use by several threads.
 */
final class UserStream {

  /** Past so many changes that wait, all of them are read from the database. */
  private static final int MAX_WAITING = 1000;

  /**
   * After the beginning: until then it may be heard of a message that was committed before it, and
   * is in no replay that has ended at its limit. Later on that is somebody who tells it once more.
   */
  private static final long LATE = TimeUnit.SECONDS.toNanos(10);

  private static final long UNKNOWN = -1;

  /** Oldest first; never changed, only replaced. */
  private volatile List<ConnectionStream> streams = List.of();

  /** Whether one of them gets each change. */
  private volatile boolean tellsChanges;

  /** Up to which number all changes were told. */
  private long head = UNKNOWN;

  /** The highest number that was heard of. */
  private long known = UNKNOWN;

  /** Up to which id all of the user's messages were told, or are left to the replays. */
  private long complete = UNKNOWN;

  /** When it began, in {@link System#nanoTime}. */
  private long begun;

  /** The id of the last message that was told, 0 for none. */
  private long told;

  private final NavigableMap<Long, UserChange> waiting = new TreeMap<>();

  /** Since when the next number is missing, in {@link System#nanoTime}; while it is behind. */
  private long behindSince;

  /** Whether the next number is there, and its message is to be read. */
  private boolean mustRead;

  /** Before that it does not catch up, in {@link System#nanoTime}. */
  private long postponedUntil;

  List<ConnectionStream> streams() {
    return streams;
  }

  void setStreams(List<ConnectionStream> streams) {
    tellsChanges = streams.stream().anyMatch(ChangeStream.class::isInstance);
    this.streams = streams;
  }

  /** Whether a connection gets each change, so that changes are worth an event. */
  boolean tellsChanges() {
    return tellsChanges;
  }

  /** Has a stream get each change from now on; to be called when it has begun. */
  synchronized void welcome(ChangeStream stream, LongFunction<? extends Response> welcome) {
    stream.welcome(head, welcome);
  }

  /**
   * What the replay of the first connection begins with; does nothing where it is known.
   *
   * @param head the number of the last change
   * @param lastId the id of the user's last message at that moment, 0 for none
   */
  synchronized void begin(long head, long lastId, long now) {
    if (!hasBegun()) {
      this.head = head;
      known = Math.max(known, head);
      complete = lastId;
      behindSince = now;
      postponedUntil = now;
      begun = now;
      tellNext(new Telling(0), now);
    }
  }

  synchronized boolean hasBegun() {
    return complete != UNKNOWN;
  }

  /** Changes were committed, by whatever server. Returns whether the stream is behind. */
  synchronized boolean change(List<UserChange> changes, long now) {
    boolean wasBehind = isBehind();
    Telling telling = new Telling(changes.size());
    for (UserChange change : changes) {
      known = Math.max(known, change.number());
      if (waiting.isEmpty() && isNext(change)) { // mostly, and cheaper
        take(change, telling, now);
      } else {
        waiting.put(change.number(), change);
      }
    }
    if (waiting.size() > MAX_WAITING) {
      waiting.clear();
    }
    if (!wasBehind) {
      behindSince = now;
    }
    tellNext(telling, now);
    return isBehind();
  }

  /**
   * What the database says that the number of the last change is.
   *
   * @return whether the stream is behind
   */
  synchronized boolean compare(long actual, long now) {
    if (actual > known) {
      if (!isBehind()) {
        behindSince = now;
      }
      known = actual;
    }
    return isBehind();
  }

  /** Up to which number all changes were told; negative before it has begun. */
  synchronized long head() {
    return head;
  }

  /** Whether there are changes that were not told. */
  synchronized boolean isBehind() {
    return head < known;
  }

  /** Whether it has been behind for so long, in nanoseconds, that it is to catch up. */
  synchronized boolean isDue(long wait, long now) {
    return hasBegun()
        && isBehind()
        && now - postponedUntil >= 0
        && (mustRead || now - behindSince >= wait);
  }

  /** It could not catch up: not due again for {@code nanos}, unless it comes out by itself. */
  synchronized void postpone(long nanos, long now) {
    postponedUntil = now + nanos;
  }

  /** Above which id messages are to be read. */
  synchronized long complete() {
    return complete;
  }

  /**
   * Tells what was missed.
   *
   * @param actualHead the number of the last change, as it was before the messages were read
   * @param messages all to this user above {@link #complete}, in the order of their ids
   */
  synchronized void catchUp(long actualHead, List<Incoming> messages, long now) {
    tell(List.of(), messages);
    if (actualHead > head) {
      head = actualHead;
      streams.forEach(stream -> stream.missed(actualHead));
    }
    known = Math.max(known, head);
    behindSince = now;
    mustRead = false;
    tellNext(new Telling(0), now);
  }

  /**
   * Tells a part of what was missed; it stays behind.
   *
   * @param messages those to this user above {@link #complete} up to {@code upToId}
   */
  synchronized void catchUpPartly(List<Incoming> messages, long upToId) {
    tell(List.of(), messages);
    complete = Math.max(complete, upToId);
  }

  /** What is to be told together. */
  private static final class Telling {

    /** In the order of their numbers. */
    final List<UserChange> changes;

    /** Theirs, and late ones. */
    final List<Incoming> messages;

    Telling(int size) {
      changes = new ArrayList<>(size);
      messages = new ArrayList<>(size);
    }
  }

  /** Tells this, and what follows on the head without a gap. */
  private void tellNext(Telling telling, long now) {
    if (!hasBegun()) {
      return;
    }
    while (!waiting.isEmpty() && waiting.firstKey() <= head + 1) { // of a lower one the id decides
      UserChange next = waiting.firstEntry().getValue();
      if (next.mustBeRead() && next.number() > head) {
        mustRead = true;
        break;
      }
      waiting.remove(next.number());
      take(next, telling, now);
    }
    tell(telling.changes, telling.messages);
  }

  private boolean isNext(UserChange change) {
    return hasBegun() && change.number() == head + 1 && !change.mustBeRead();
  }

  private void take(UserChange change, Telling telling, long now) {
    boolean isNew = change.number() > head;
    if (isNew) {
      head = change.number();
      behindSince = now;
      mustRead = false;
      telling.changes.add(change);
    }
    if (change.message() != null && (isNew || now - begun < LATE)) {
      telling.messages.add(change.message());
    }
  }

  /** Loops here, and where it goes on, are no streams: these cost a busy server some percent. */
  private void tell(List<UserChange> changes, List<Incoming> messages) {
    List<Incoming> fresh = new ArrayList<>(messages.size());
    for (Incoming message : messages) {
      if (message.messageId() > told) {
        told = message.messageId();
        fresh.add(message);
      }
    }
    if (!fresh.isEmpty()) {
      complete = Math.max(complete, told);
    }
    if (!fresh.isEmpty() || !changes.isEmpty()) {
      for (ConnectionStream stream : streams) {
        stream.deliver(changes, fresh);
      }
    }
  }
}
