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
 * Recipients who may not have been told of all that is stored for them, since the database was
 * given messages for them and did not say what became of these. What such a recipient has not been
 * told of is what is unread above the last id that anybody was told of, since order of ids and
 * order of commits are one. For one thread, the only one that tells these recipients.
 *
 * <p>A commit that was not answered may still be on its way. It keeps the row of its recipient
 * locked, so that the next message to him is stored after it: when one is, there is no doubt any
 * more.
 */
final class InDoubtRecipients {

  /** Past this the oldest are forgotten: they see the messages at their next connect. */
  private static final int MOST = 10_000;

  /** The most messages that are looked up at a time. */
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

  /** Those for whom nobody has looked yet. */
  private final Set<Long> fresh = new HashSet<>();

  InDoubtRecipients(MessageService service) {
    this.service = service;
  }

  /**
   * Nobody knows what became of some messages.
   *
   * @param last the last id that anybody was told of
   */
  void add(Collection<Long> recipients, long last) {
    recipients.forEach(recipient -> above.putIfAbsent(recipient, last));
    fresh.addAll(recipients);
  }

  /** Those of some recipients who are in doubt. */
  Set<Long> among(Collection<Long> recipients) {
    if (above.isEmpty()) {
      return Set.of();
    }
    Set<Long> doubtful = new HashSet<>(recipients);
    doubtful.retainAll(above.keySet());
    return doubtful;
  }

  /** Looks for those for whom nobody has looked yet. */
  List<UnreadMessage> lookForFresh() {
    fresh.retainAll(above.keySet());
    return look(Set.copyOf(fresh));
  }

  /**
   * What some recipients in doubt are to be told of, of each in the order of the ids. It is not
   * found again, so that whoever looks has to tell them. Where the database does not answer nothing
   * is found, and nobody has looked.
   */
  List<UnreadMessage> look(Set<Long> doubtful) {
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
   * Messages to some recipients were stored just now: whoever was in doubt is not any more, if that
   * was looked for since.
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
