package imserver.message;

import imserver.message.Outcome.Duplicate;
import imserver.message.Outcome.Reused;
import imserver.message.Outcome.Stored;
import imserver.message.SendingRules.Decision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of the messages of a batch, collected over the calls of the database. Messages with
 * the same key have the outcomes that they would have if they were stored one after the other. For
 * one thread.
 */
final class Outcomes {

  /** With what was decided of them. */
  private final List<NewMessage> newMessages;

  private final @Nullable Outcome[] outcomes;

  /** The keys that are known to be in the database. */
  private final Set<DedupeKey> taken = new HashSet<>();

  /** The indexes of what {@link #open} returned last. */
  private List<Integer> open = List.of();

  Outcomes(List<NewMessage> newMessages) {
    this.newMessages = new ArrayList<>(newMessages);
    this.outcomes = new Outcome[newMessages.size()];
  }

  /**
   * The messages that are to be given to the database: of those with one key the first, or all if
   * the key is in the database, since each of them is to be compared with the stored one.
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
   * Some keys are in the database already.
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

  /**
   * It was decided what is to be done with those that {@link #open} returned last: what is refused
   * is open no more, the others are to be silenced or not.
   */
  void decided(List<Decision> decisions) {
    for (int k = 0; k < decisions.size(); k++) {
      int i = open.get(k);
      switch (decisions.get(k)) {
        case STORE -> newMessages.set(i, newMessages.get(i).silenced(false));
        case SILENCE -> newMessages.set(i, newMessages.get(i).silenced(true));
        default -> outcomes[i] = new Outcome.Refused(decisions.get(k));
      }
    }
  }

  /** Those that {@link #open} returned last are stored now. */
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
        ? new Duplicate(stored.messageId(), newMessages.get(0).createdAt())
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
