package imserver.policy;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has a bounded number of calls run at a time, those of many users in turn. Of one user no more run
 * than there is still room for after them, which is a half where he is alone: so there is always
 * room for another one, however slow the calls are. Safe for use by several threads; nothing waits.
 */
final class FairTurns {

  private final int most;
  private int running;
  private final Map<Long, Calls> byUser = new HashMap<>();

  /** Those who have calls that wait, each once. */
  private final Set<Calls> turns = new LinkedHashSet<>();

  /** The calls of one user. */
  private static final class Calls {
    private final long user;
    private int running;
    private final Set<BooleanSupplier> waiting = new LinkedHashSet<>();

    Calls(long user) {
      this.user = user;
    }

    /** Takes the one that waits longest. */
    private BooleanSupplier first() {
      BooleanSupplier first = waiting.iterator().next();
      waiting.remove(first);
      return first;
    }
  }

  private record Turn(Calls calls, BooleanSupplier call) {}

  FairTurns(int most) {
    this.most = most;
  }

  /**
   * Has a call begun, now or when it is its turn; those of one user in their order.
   *
   * @param call begins it without waiting, and returns false where there was nothing to begin; else
   *     {@link #ended} is to be called when it has ended, once
   */
  void begin(long user, BooleanSupplier call) {
    synchronized (this) {
      Calls calls = byUser.computeIfAbsent(user, Calls::new);
      calls.waiting.add(call);
      if (calls.waiting.size() == 1) {
        turns.add(calls);
      }
    }
    beginNext();
  }

  /** Forgets a call that has not begun, since nobody waits for it any more. */
  synchronized void drop(long user, BooleanSupplier call) {
    Calls calls = byUser.get(user);
    if (calls != null && calls.waiting.remove(call) && calls.waiting.isEmpty()) {
      turns.remove(calls);
      forgetIdle(calls);
    }
  }

  /** A call of a user has ended. */
  void ended(long user) {
    synchronized (this) {
      Calls calls = byUser.get(user);
      if (calls != null) {
        end(calls);
      }
    }
    beginNext();
  }

  /** In a loop, and not one within the other: very many may have nothing to begin. */
  private void beginNext() {
    for (Turn turn = next(); turn != null; turn = next()) {
      boolean hasBegun = false;
      try {
        hasBegun = turn.call.getAsBoolean();
      } finally {
        if (!hasBegun) {
          synchronized (this) {
            end(turn.calls);
          }
        }
      }
    }
  }

  private synchronized @Nullable Turn next() {
    for (int i = turns.size(); i > 0 && running < most; i--) {
      Calls calls = turns.iterator().next();
      turns.remove(calls);
      BooleanSupplier call = calls.running < most - running ? calls.first() : null;
      if (!calls.waiting.isEmpty()) {
        turns.add(calls);
      }
      if (call != null) {
        running++;
        calls.running++;
        return new Turn(calls, call);
      }
    }
    return null;
  }

  private void end(Calls calls) {
    running--;
    calls.running--;
    forgetIdle(calls);
  }

  private void forgetIdle(Calls calls) {
    if (calls.running == 0 && calls.waiting.isEmpty()) {
      byUser.remove(calls.user);
    }
  }
}
