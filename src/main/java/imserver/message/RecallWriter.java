package imserver.message;

import imserver.config.Config;
import imserver.message.RecallOutcome.Expired;
import imserver.message.RecallOutcome.NotFound;
import imserver.message.RecallOutcome.Suspended;
import imserver.message.Submission.Recall;
import imserver.packet.FailureCode;
import imserver.packet.Response;
import imserver.packet.Response.Recalled;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executor;

/** What a lane does with recalls: one after the other, then answer. For one thread at a time. */
final class RecallWriter {

  private static final System.Logger LOG = System.getLogger(RecallWriter.class.getName());

  private final MessageService service;
  private final Delivery delivery;
  private final Config.Rules rules;
  private final Clock clock;
  private final Executor replies;

  /**
   * Recalls by a service.
   *
   * @param delivery is told what was recalled
   * @param replies runs the answers
   */
  RecallWriter(
      MessageService service,
      Delivery delivery,
      Config.Rules rules,
      Clock clock,
      Executor replies) {
    this.service = service;
    this.delivery = delivery;
    this.rules = rules;
    this.clock = clock;
    this.replies = replies;
  }

  /** Recalls messages, and answers. */
  void process(List<Recall> recalls) {
    recalls.forEach(this::process);
  }

  private void process(Recall recall) {
    RecallOutcome outcome;
    try {
      outcome = recallTryingTwice(recall);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a recall could not be stored: {0}", e.getMessage());
      replies.execute(() -> recall.fail(FailureCode.STORAGE_UNAVAILABLE));
      return;
    }
    replies.execute(() -> report(recall, outcome));
  }

  /** Once more after a failure, since recalling is idempotent: see {@link ReadAckWriter}. */
  private RecallOutcome recallTryingTwice(Recall recall) {
    try {
      return recall(recall);
    } catch (RuntimeException e) {
      delivery.doubtUnlessRolledBack(e); // the second attempt does not tell what the first has done
      return recall(recall);
    }
  }

  private RecallOutcome recall(Recall recall) {
    OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
    return service.recall(
        recall.requester().user().userId(),
        recall.request().messageId(),
        now.minusSeconds(rules.recall()),
        now);
  }

  private void report(Recall recall, RecallOutcome outcome) {
    try {
      if (recall.progress().tryAnswer()) {
        Response answer = answer(recall, outcome);
        recall.answered(answer);
        recall.requester().send(answer);
      }
    } finally {
      if (outcome instanceof RecallOutcome.Recalled recalled) {
        delivery.committed(List.of(recalled.asChange()));
      }
    }
  }

  private static Response answer(Recall recall, RecallOutcome outcome) {
    if (outcome instanceof NotFound) {
      return recall.failure(FailureCode.NOT_FOUND);
    }
    if (outcome instanceof Expired) {
      return recall.failure(FailureCode.RECALL_EXPIRED);
    }
    if (outcome instanceof Suspended) {
      return recall.failure(FailureCode.SUSPENDED);
    }
    String requestId = recall.request().requestId();
    return outcome instanceof RecallOutcome.Recalled recalled
        ? new Recalled(
            requestId,
            recalled.senderChange(),
            recalled.senderId() == recalled.recipientId() ? recalled.unread() : null)
        : new Recalled(requestId, 0, null);
  }
}
