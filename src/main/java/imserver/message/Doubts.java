package imserver.message;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Messages whose commit was not answered, so that nobody was told of them. The database may have
 * done it, or be about to, as long as it keeps the commit waiting. Their senders try again and are
 * told then; without this their recipients would see them at their next connect only. For one
 * thread.
 */
final class Doubts {

  /** Past this the oldest are forgotten. */
  private static final int MOST = 10_000;

  /** So are those of whom nobody has heard for so long. */
  private static final Duration LONG = Duration.ofMinutes(10);

  private final MessageService service;
  private final Clock clock;

  /** By id, in ascending order. */
  private final Map<Long, Draft> drafts =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Draft> eldest) {
          return size() > MOST;
        }
      };

  /** Whether there are some that were not looked for since. */
  private boolean newOnes;

  Doubts(MessageService service, Clock clock) {
    this.service = service;
    this.clock = clock;
  }

  void add(List<Draft> unanswered) {
    unanswered.forEach(draft -> drafts.put(draft.id(), draft));
    newOnes = true;
  }

  /**
   * Looks once for those that are new; those that are stored are in doubt no more. The rest may be
   * stored later: whoever comes upon one {@linkplain #remove removes} it.
   *
   * @return those that are stored; none where the database does not answer
   */
  List<UnreadMessage> resolve() {
    if (drafts.isEmpty()) {
      return List.of();
    }
    OffsetDateTime longAgo = OffsetDateTime.now(clock).minus(LONG);
    drafts.values().removeIf(draft -> draft.createdAt().isBefore(longAgo));
    if (!newOnes) {
      return List.of();
    }
    Set<Long> stored;
    try {
      stored = service.existing(drafts.keySet());
    } catch (RuntimeException e) {
      return List.of(); // still down
    }
    newOnes = false;
    List<UnreadMessage> resolved =
        drafts.values().stream()
            .filter(draft -> stored.contains(draft.id()))
            .map(Draft::asUnread)
            .toList();
    drafts.keySet().removeAll(stored);
    return resolved;
  }

  /** Has a message in doubt no more, and returns it; null where it was not. */
  @Nullable Draft remove(long id) {
    return drafts.remove(id);
  }
}
