package imserver.policy;

import imserver.api.MessageDraft;
import imserver.api.MessagePolicy;
import imserver.api.PolicyDecision;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/** A policy in this JVM. Each call has a thread, which is interrupted when it takes too long. */
final class LocalPolicy implements Policy {

  private final MessagePolicy policy;
  private final ExecutorService threads;

  LocalPolicy(MessagePolicy policy, ExecutorService threads) {
    this.policy = policy;
    this.threads = threads;
  }

  @Override
  public CompletableFuture<PolicyDecision> ask(MessageDraft draft, Duration within) {
    CompletableFuture<PolicyDecision> answer = new CompletableFuture<>();
    try {
      Future<?> call = threads.submit(() -> decide(draft, answer));
      var unused =
          answer.whenComplete(
              (decision, error) -> {
                if (answer.isCancelled()) {
                  call.cancel(true);
                }
              });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  private void decide(MessageDraft draft, CompletableFuture<PolicyDecision> answer) {
    try {
      answer.complete(Objects.requireNonNull(policy.decide(draft), "a policy has returned null"));
    } catch (InterruptedException e) {
      answer.completeExceptionally(e);
    } catch (Exception | LinkageError | StackOverflowError e) {
      answer.completeExceptionally(e);
    }
  }
}
