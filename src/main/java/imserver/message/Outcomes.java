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

  private final List<NewMessage> newMessages;
  private final @Nullable Outcome[] outcomes;

  /** The keys that the database is known to have. */
  private final Set<DedupeKey> taken = new HashSet<>();

  /** The indexes of what was {@link #open} when it was last asked. */
  private List<Integer> open = List.of();

  Outcomes(List<NewMessage> newMessages) {
    this.newMessages = newMessages;
    this.outcomes = new Outcome[newMessages.size()];
  }

  /**
   * What the database has to be asked about: of those with one key the first, or all if the key is
   * taken, since each of them may say what the stored one says.
   */
  List<NewMessage> open() {
    List<Integer> indexes = new ArrayList<>(newMessages.size());
    Set<DedupeKey> keys = new HashSet<>();
    for (int i = 0; i < newMessages.size(); i++) {
      DedupeKey key = newMessages.get(i).key();
      if (outcomes[i] == null && (keys.add(key) || taken.contains(key))) {
        indexes.add(i);
      }
    }
    open = indexes;
    return indexes.stream().map(newMessages::get).toList();
  }

  /**
   * Some keys are there already.
   *
   * @param existing what is stored under them, by the index among those that are open
   */
  void existing(Map<Integer, ExistingMessage> existing) {
    existing.forEach(
        (index, message) -> {
          int i = open.get(index);
          outcomes[i] = message.outcome();
          taken.add(newMessages.get(i).key());
        });
  }

  /** Those that are open are stored. */
  void stored(List<Stored> stored) {
    Map<DedupeKey, Integer> first = new HashMap<>();
    for (int k = 0; k < stored.size(); k++) {
      int i = open.get(k);
      outcomes[i] = stored.get(k);
      first.put(newMessages.get(i).key(), i);
    }
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null) {
        outcomes[i] = after(first.getOrDefault(newMessages.get(i).key(), i), newMessages.get(i));
      }
    }
  }

  /** What becomes of a message whose key was that of another in the same batch. */
  private Outcome after(int first, NewMessage second) {
    if (!(outcomes[first] instanceof Stored stored)) {
      throw new IllegalStateException("a message is neither stored nor was its key there");
    }
    return second.saysTheSameAs(newMessages.get(first))
        ? new Duplicate(stored.messageId())
        : new Reused(stored.messageId());
  }

  /**
   * All of them, in the order of the messages.
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
