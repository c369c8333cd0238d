package imserver.message;

import imserver.message.Outcome.Duplicate;
import imserver.message.Outcome.Reused;
import imserver.message.Outcome.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the messages of a batch, put together as the database tells of it. Whatever has
 * one key is judged as if it had come one after the other. For one thread.
 */
final class Outcomes {

  private final List<Draft> drafts;
  private final @Nullable Outcome[] outcomes;

  /** The keys that the database is known to have. */
  private final Set<DedupeKey> taken = new HashSet<>();

  /** The indexes of what was {@link #open} when it was last asked. */
  private List<Integer> open = List.of();

  Outcomes(List<Draft> drafts) {
    this.drafts = drafts;
    this.outcomes = new Outcome[drafts.size()];
  }

  /**
   * What the database has to be asked about: of those with one key the first, or all if the key is
   * taken, since each of them may say what the stored one says.
   */
  List<Draft> open() {
    List<Integer> indexes = new ArrayList<>(drafts.size());
    Set<DedupeKey> keys = new HashSet<>();
    for (int i = 0; i < drafts.size(); i++) {
      DedupeKey key = drafts.get(i).key();
      if (outcomes[i] == null && (keys.add(key) || taken.contains(key))) {
        indexes.add(i);
      }
    }
    open = indexes;
    return indexes.stream().map(drafts::get).toList();
  }

  /**
   * Some keys are there already.
   *
   * @param earlier what is stored under them, by the index among those that are open
   */
  void known(Map<Integer, Earlier> earlier) {
    earlier.forEach(
        (index, message) -> {
          int i = open.get(index);
          outcomes[i] = message.outcome();
          taken.add(drafts.get(i).key());
        });
  }

  /** Those that are open are stored. */
  void stored(List<Stored> stored) {
    Map<DedupeKey, Integer> first = new HashMap<>();
    for (int k = 0; k < stored.size(); k++) {
      int i = open.get(k);
      outcomes[i] = stored.get(k);
      first.put(drafts.get(i).key(), i);
    }
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null) {
        outcomes[i] = after(first.getOrDefault(drafts.get(i).key(), i), drafts.get(i));
      }
    }
  }

  /** What becomes of a message whose key was that of another in the same batch. */
  private Outcome after(int first, Draft second) {
    if (!(outcomes[first] instanceof Stored stored)) {
      throw new IllegalStateException("a message is neither stored nor was its key there");
    }
    return second.saysTheSameAs(drafts.get(first))
        ? new Duplicate(stored.messageId())
        : new Reused(stored.messageId());
  }

  /**
   * All of them, in the order of the drafts.
   *
   * @throws IllegalStateException if something is still open
   */
  List<Outcome> all() {
    return Arrays.stream(outcomes)
        .map(
            outcome -> {
              if (outcome == null) {
                throw new IllegalStateException("something is still open");
              }
              return outcome;
            })
        .toList();
  }
}
