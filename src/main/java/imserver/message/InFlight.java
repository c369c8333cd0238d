package imserver.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that have their ids and may not be stored yet. While there are any, a message with a
 * higher id can already be read that a lower one is yet to precede: whoever pages through messages
 * has to wait.
 *
 * @param above all of their ids are above this one
 * @param drafts the messages; null while their ids are being given
 */
record InFlight(long above, @Nullable List<Draft> drafts) {

  /** What is left when all up to an id are stored, or never will be; null for nothing. */
  @Nullable InFlight after(long id) {
    List<Draft> rest =
        drafts == null ? List.of() : drafts.stream().filter(draft -> draft.id() > id).toList();
    return rest.isEmpty() ? null : new InFlight(id, rest);
  }

  /** The smallest id among messages of these two users; 2^63-1 where there is none. */
  long firstOf(Pair pair) {
    if (drafts == null) {
      return above + 1;
    }
    return drafts.stream()
        .filter(draft -> draft.pair().equals(pair))
        .mapToLong(Draft::id)
        .min()
        .orElse(Long.MAX_VALUE);
  }
}
