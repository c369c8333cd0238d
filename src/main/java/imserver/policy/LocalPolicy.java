package imserver.policy;

import imserver.api.MessageDraft;
import imserver.api.MessagePolicy;
import imserver.api.PolicyDecision;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A policy in this JVM. Each call has a thread, which is interrupted when it takes too long. */
final class LocalPolicy implements Policy {

  private final MessagePolicy policy;
  private final Executor threads;
  private final FairTurns turns;

  /**
   * A policy.
   *
   * @param threads for its calls, as many at a time as {@code turns} lets run
   * @param turns may be shared by several policies
   */
  LocalPolicy(MessagePolicy policy, Executor threads, FairTurns turns) {
    this.policy = policy;
    this.threads = threads;
    this.turns = turns;
  }

  @Override
  public CompletableFuture<PolicyDecision> ask(MessageDraft draft, Duration within) {
    Call call = new Call(draft);
    BooleanSupplier begin = call::begin;
    var unused =
        call.answer.whenComplete(
            (decision, error) -> {
              if (call.answer.isCancelled()) {
                turns.drop(draft.senderId(), begin);
                call.interrupt();
              }
            });
    turns.begin(draft.senderId(), begin);
    return call.answer;
  }

  private final class Call implements Runnable {

    private final MessageDraft draft;
    private final CompletableFuture<PolicyDecision> answer = new CompletableFuture<>();
    private @Nullable Thread thread;

    Call(MessageDraft draft) {
      this.draft = draft;
    }

    boolean begin() {
      if (answer.isDone()) { // nobody waits for it any more
        return false;
      }
      try {
        threads.execute(this);
        return true;
      } catch (RuntimeException | Error e) {
        answer.completeExceptionally(e);
        return false;
      }
    }

    @Override
    public void run() {
      try {
        synchronized (this) {
          thread = Thread.currentThread();
        }
        if (!answer.isDone()) {
          decide();
        }
      } finally {
        synchronized (this) {
          thread = null;
        }
        boolean unused = Thread.interrupted(); // it was meant for this call
        turns.ended(draft.senderId());
      }
    }

    private void decide() {
      try {
        answer.complete(Objects.requireNonNull(policy.decide(draft), "a policy has returned null"));
      } catch (InterruptedException e) {
        answer.completeExceptionally(e);
      } catch (Exception | LinkageError | StackOverflowError e) {
        answer.completeExceptionally(e);
      }
    }

    private synchronized void interrupt() {
      if (thread != null) {
        thread.interrupt();
      }
    }
  }
}
