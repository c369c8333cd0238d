package imserver.message;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Recipients of messages of which it is not known whether they were committed, and which therefore
 * may not have been delivered. What was not delivered to such a recipient is what is unread above
 * the last id that was answered or delivered before, since the order of ids is the order of
 * commits. For the one thread of the lane of these recipients.
 *
 * <p>A commit that was not answered may still be under way. It keeps the row of its recipient
 * locked, so that the next message to that recipient is stored after it: when one is stored, the
 * recipient is no longer in doubt.
 */
final class InDoubtRecipients {

  /**
   * The most recipients. Beyond that the oldest go: they get the messages at their next connect.
   */
  private static final int MOST = 10_000;

  /** The most messages that one query looks up. */
  private static final int PAGE = 1000;

  private final MessageService service;

  /** Above which id there may be messages, by recipient. */
  private final Map<Long, Long> above =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > MOST;
        }
      };

  /** Those for whom nothing was looked up yet. */
  private final Set<Long> fresh = new HashSet<>();

  InDoubtRecipients(MessageService service) {
    this.service = service;
  }

  /**
   * It is not known whether messages to these recipients were committed.
   *
   * @param last the last id that was answered or delivered before
   */
  void add(Collection<Long> recipients, long last) {
    recipients.forEach(recipient -> above.putIfAbsent(recipient, last));
    fresh.addAll(recipients);
  }

  /** Those of {@code recipients} who are in doubt. */
  Set<Long> among(Collection<Long> recipients) {
    if (above.isEmpty()) {
      return Set.of();
    }
    Set<Long> doubtful = new HashSet<>(recipients);
    doubtful.retainAll(above.keySet());
    return doubtful;
  }

  /** What was not delivered to those for whom nothing was looked up yet, as {@link #lookUp}. */
  List<UnreadMessage> lookUpFresh() {
    fresh.retainAll(above.keySet());
    return lookUp(Set.copyOf(fresh));
  }

  /**
   * What was not delivered to these recipients in doubt, for each in the order of the ids. It is
   * not returned again, so the caller has to deliver it. Where the database does not answer nothing
   * is returned, and it is to be looked up again.
   */
  List<UnreadMessage> lookUp(Set<Long> doubtful) {
    Map<Long, Set<Long>> byLast = new HashMap<>();
    for (long recipient : doubtful) {
      byLast
          .computeIfAbsent(above.getOrDefault(recipient, 0L), last -> new HashSet<>())
          .add(recipient);
    }
    List<UnreadMessage> found = new ArrayList<>();
    try {
      byLast.forEach((last, recipients) -> find(recipients, last, found));
    } catch (RuntimeException e) {
      fresh.addAll(doubtful);
      return List.of();
    }
    found.forEach(message -> above.put(message.recipientId(), message.id()));
    fresh.removeAll(doubtful);
    return found;
  }

  /**
   * Messages to these recipients were stored just now: those of them for whom it was looked up are
   * no longer in doubt.
   */
  void settle(Set<Long> recipients) {
    recipients.forEach(
        recipient -> {
          if (!fresh.contains(recipient)) {
            above.remove(recipient);
          }
        });
  }

  private void find(Set<Long> recipients, long last, List<UnreadMessage> found) {
    long after = last;
    List<UnreadMessage> page;
    do {
      page = service.unread(recipients, after, PAGE);
      found.addAll(page);
      after = page.isEmpty() ? after : page.get(page.size() - 1).id();
    } while (page.size() == PAGE);
  }
}
