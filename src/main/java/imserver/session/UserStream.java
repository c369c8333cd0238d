package imserver.session;

import imserver.packet.Response.Incoming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one user to this server, and what they have been told: messages in the order
 * of their ids, none twice.
 *
 * <p>Where other servers store for this user too, what is committed comes in any order: it is put
 * right by the numbers of the user's changes, each of which is one above the one before (see {@code
 * imserver.message}). The next number is told; a lower one is known; a higher one waits, for a
 * moment, for those that are missing. When they do not come the stream is behind, and is to be
 * brought up to date from the database.
 *
 * <p>Safe for use by several threads.
 */
final class UserStream {

  /** How long the numbers in between may take: two servers' commits differ by less. */
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(50);

  /** Past so many changes that wait, all of them are read from the database. */
  private static final int MAX_WAITING = 1000;

  private static final long UNKNOWN = -1;

  /** What waits for earlier changes: a message, or nothing to be told. */
  private record Waiting(@Nullable Incoming message) {}

  /** Oldest first; never changed, only replaced. */
  private volatile List<MessageStream> streams = List.of();

  private long head = UNKNOWN;
  private long lastId = UNKNOWN;
  private final NavigableMap<Long, Waiting> waiting = new TreeMap<>();

  /** Since when it is behind; null where it is not. */
  private @Nullable Long behindSince;

  List<MessageStream> streams() {
    return streams;
  }

  void setStreams(List<MessageStream> streams) {
    this.streams = streams;
  }

  /**
   * What the replay of the first connection begins with; does nothing where it is known.
   *
   * @param head the number of the last change
   * @param lastId of the last unread message at that time, or a later one that is unread
   */
  synchronized void begin(long head, long lastId) {
    if (this.lastId == UNKNOWN) {
      this.head = head;
      this.lastId = lastId;
      tellNext();
    }
  }

  /** Tells messages, all of which were stored by this server. */
  synchronized void deliver(List<Incoming> messages) {
    tell(messages);
  }

  /**
   * A change was committed, by whatever server.
   *
   * @param message null where there is nothing to be told
   * @return whether the stream is behind
   */
  synchronized boolean change(long number, @Nullable Incoming message, long now) {
    if (number <= head) {
      return behindSince != null;
    }
    waiting.put(number, new Waiting(message));
    if (waiting.size() > MAX_WAITING) {
      waiting.clear();
      return fallBehind(now - WAIT);
    }
    tellNext();
    return waiting.isEmpty() ? behindSince != null : fallBehind(now);
  }

  /** A change was committed whose message is to be read from the database, at once. */
  synchronized boolean unreadable(long number, long now) {
    return number > head && fallBehind(now - WAIT);
  }

  /** What the database says that the head is; returns whether the stream is behind. */
  synchronized boolean compare(long actualHead, long now) {
    return actualHead > head ? fallBehind(now - WAIT) : behindSince != null;
  }

  private boolean fallBehind(long since) {
    if (behindSince == null || since - behindSince < 0) {
      behindSince = since;
    }
    return true;
  }

  /** Whether it has been behind for so long that it is to be brought up to date. */
  synchronized boolean isDue(long now) {
    return behindSince != null && now - behindSince >= WAIT;
  }

  /** Whether it is behind. */
  synchronized boolean isBehind() {
    return behindSince != null;
  }

  /** Above which id messages are to be read; negative while the first replay has not begun. */
  synchronized long lastId() {
    return lastId;
  }

  /**
   * Brings the stream up to date.
   *
   * @param actualHead the number of the last change
   * @param unread read after that: the unread messages above {@link #lastId}, in the order of their
   *     ids
   */
  synchronized void catchUp(long actualHead, List<Incoming> unread, long now) {
    TreeMap<Long, Incoming> missed = new TreeMap<>();
    unread.forEach(message -> missed.put(message.messageId(), message));
    for (Waiting each : waiting.headMap(actualHead, true).values()) { // read meanwhile, perhaps
      if (each.message() != null) {
        missed.put(each.message().messageId(), each.message());
      }
    }
    tell(List.copyOf(missed.values()));
    head = Math.max(head, actualHead);
    waiting.headMap(head, true).clear();
    behindSince = null;
    tellNext();
    if (!waiting.isEmpty()) {
      behindSince = now;
    }
  }

  /** Tells what follows on the head without a gap. */
  private void tellNext() {
    List<Incoming> messages = new ArrayList<>();
    while (head != UNKNOWN && !waiting.isEmpty() && waiting.firstKey() <= head + 1) {
      Map.Entry<Long, Waiting> next = waiting.pollFirstEntry();
      head = Math.max(head, next.getKey());
      if (next.getValue().message() != null) {
        messages.add(next.getValue().message());
      }
    }
    if (waiting.isEmpty() && head != UNKNOWN) {
      behindSince = null;
    }
    tell(messages);
  }

  private void tell(List<Incoming> messages) {
    List<Incoming> fresh =
        messages.stream().filter(message -> message.messageId() > lastId).toList();
    if (!fresh.isEmpty()) {
      lastId = fresh.get(fresh.size() - 1).messageId();
      streams.forEach(stream -> stream.deliver(fresh));
    }
  }
}
