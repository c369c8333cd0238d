package imserver.policy;

import imserver.api.MessageDraft;
import imserver.api.PolicyDecision;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Somebody who is asked. Safe for use by several threads. */
interface Policy {

  /**
   * Asks, without waiting.
   *
   * @param within after which nobody waits for the answer
   * @return completed with the decision, or exceptionally; cancelled by the caller where it comes
   *     too late
   */
  CompletableFuture<PolicyDecision> ask(MessageDraft draft, Duration within);
}
