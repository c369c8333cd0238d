package imserver.message;

import imserver.cluster.Change;
import imserver.content.Verdict.Refusal;
import imserver.message.Submission.Send;
import imserver.monitoring.Meters;
import imserver.monitoring.Traces;
import imserver.monitoring.Traces.Step;
import imserver.packet.AttachedText;
import imserver.packet.FailureCode;
import imserver.packet.Response;
import imserver.packet.Response.Success;
import imserver.packet.SendMessage;
import imserver.session.Requester;
import io.opentelemetry.context.Context;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does with messages: store a batch, then answer, then deliver. Nothing is answered
 * with success before its transaction is committed. For one thread at a time; what it gives to
 * {@code replies} may run in another, and uses no state of this object that changes.
 */
final class MessageWriter {

  private static final System.Logger LOG = System.getLogger(MessageWriter.class.getName());

  private final MessageService service;
  private final Delivery delivery;
  private final Clock clock;
  private final Executor replies;
  private final SentFiles files;
  private final RefusedSenders refused;

  /**
   * Stores by a service.
   *
   * @param files looks for those that messages are to carry
   * @param replies runs the answers and deliveries, in the order in which it is given them
   */
  MessageWriter(
      MessageService service, SentFiles files, Delivery delivery, Clock clock, Executor replies) {
    this.service = service;
    this.files = files;
    this.delivery = delivery;
    this.clock = clock;
    this.replies = replies;
    this.refused = new RefusedSenders();
  }

  /** Stores messages, answers their senders, and delivers those that are new. */
  void process(List<Send> all) {
    List<Send> sends = withFiles(all);
    List<Send> unsayable = sends.stream().filter(send -> send.verdict().refusal() != null).toList();
    if (!unsayable.isEmpty()) {
      refuse(unsayable, newMessages(unsayable));
    }
    List<Send> others = sends.stream().filter(send -> send.verdict().refusal() == null).toList();
    Set<Long> suspects = // once for each, so that his messages stay together
        others.stream()
            .map(send -> send.key().senderId())
            .distinct()
            .filter(refused::isSuspect)
            .collect(Collectors.toSet());
    Map<Boolean, List<Send>> bySuspicion =
        others.stream()
            .collect(Collectors.partitioningBy(send -> suspects.contains(send.key().senderId())));
    bySuspicion.values().stream()
        .filter(some -> !some.isEmpty())
        .forEach(some -> store(some, newMessages(some)));
  }

  /**
   * Those that are still to be done, with what is known of their files. A file that is deleted from
   * now until it is in a message makes its message fail, as something to be tried again.
   */
  private List<Send> withFiles(List<Send> sends) {
    if (sends.stream().noneMatch(Send::isCarrying)) {
      return sends;
    }
    try {
      return files.findAndMask(sends);
    } catch (RuntimeException e) {
      giveUp(sends.stream().filter(Send::isCarrying).toList(), e);
      return sends.stream().filter(send -> !send.isCarrying()).toList();
    }
  }

  private void store(List<Send> sends, List<NewMessage> newMessages) {
    List<Outcome> outcomes;
    try {
      outcomes = service.add(newMessages);
    } catch (RuntimeException e) {
      LOG.log(
          Level.INFO, "storing {0} messages one by one after: {1}", sends.size(), e.getMessage());
      delivery.doubtUnlessRolledBack(e);
      storeOneByOne(sends, newMessages);
      return;
    }
    report(sends, newMessages, outcomes);
  }

  /** Refuses what is to be refused for what it says, unless it was stored before it was to be. */
  private void refuse(List<Send> sends, List<NewMessage> newMessages) {
    List<Outcome> outcomes;
    try {
      outcomes = service.refuse(newMessages);
    } catch (RuntimeException e) {
      giveUp(sends, e);
      return;
    }
    report(sends, newMessages, outcomes);
  }

  private List<NewMessage> newMessages(List<Send> sends) {
    OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
    return sends.stream().map(send -> newMessage(send, now)).toList();
  }

  private static NewMessage newMessage(Send send, OffsetDateTime now) {
    SendMessage request = send.request();
    return new NewMessage(
        send.key(),
        request.toId(),
        AttachedText.of(send.verdict().content(), request.files().size()),
        request.timestamp(),
        now,
        send.noticeDetails(),
        send.attachments(),
        send.exempt(),
        send.verdict().isReported(),
        false,
        send.verdict().mayBeReplaced());
  }

  /**
   * One bad message fails alone; where the database is down all fail, without an attempt for each.
   */
  private void storeOneByOne(List<Send> sends, List<NewMessage> newMessages) {
    for (int i = 0; i < sends.size(); i++) {
      List<Send> send = List.of(sends.get(i));
      List<NewMessage> newMessage = List.of(newMessages.get(i));
      List<Outcome> outcome;
      try {
        outcome = storeAlone(newMessage);
      } catch (RuntimeException e) {
        if (!databaseAnswers()) {
          giveUp(sends.subList(i, sends.size()), e);
          return;
        }
        storeOrGiveUp(send, newMessage);
        continue;
      }
      report(send, newMessage, outcome);
    }
  }

  /** The last attempt: the one before may have used a connection that was dead. */
  private void storeOrGiveUp(List<Send> send, List<NewMessage> newMessage) {
    List<Outcome> outcome;
    try {
      outcome = storeAlone(newMessage);
    } catch (RuntimeException e) {
      giveUp(send, e);
      return;
    }
    report(send, newMessage, outcome);
  }

  private List<Outcome> storeAlone(List<NewMessage> newMessage) {
    try {
      return service.add(newMessage);
    } catch (RuntimeException e) {
      delivery.doubtUnlessRolledBack(e);
      throw e;
    }
  }

  private boolean databaseAnswers() {
    try {
      service.ping();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Has the senders answered, and what is stored delivered. */
  private void report(List<Send> sends, List<NewMessage> newMessages, List<Outcome> outcomes) {
    long now = System.nanoTime();
    int repeated = 0;
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Stored) {
        Meters.committed(sends.get(i).progress().nanosAt(now));
      } else if (outcomes.get(i) instanceof Outcome.Duplicate) {
        repeated++;
      } else if (outcomes.get(i) instanceof Outcome.Refused) {
        refused.add(newMessages.get(i).senderId());
      }
    }
    List<Change> changes = changes(sends, newMessages, outcomes);
    Meters.stored(changes.size());
    Meters.repeated(repeated);
    Context batch = Traces.batch();
    replies.execute(
        () -> {
          Step step = Traces.deliver(batch);
          try {
            answerAndDeliver(sends, newMessages, outcomes, changes);
            Meters.delivered(System.nanoTime() - now);
          } finally {
            step.close();
          }
        });
  }

  private void answerAndDeliver(
      List<Send> sends,
      List<NewMessage> newMessages,
      List<Outcome> outcomes,
      List<Change> changes) {
    try {
      answer(sends, newMessages, outcomes);
    } finally {
      delivery.committed(changes);
    }
  }

  private static List<Change> changes(
      List<Send> sends, List<NewMessage> newMessages, List<Outcome> outcomes) {
    List<Change> changes = new ArrayList<>(newMessages.size());
    for (int i = 0; i < newMessages.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Stored stored) {
        changes.add(newMessages.get(i).asChange(stored, sends.get(i).request().clientMessageId()));
      }
    }
    return changes;
  }

  private static void answer(
      List<Send> sends, List<NewMessage> newMessages, List<Outcome> outcomes) {
    Map<Requester, List<Response>> answers = new LinkedHashMap<>();
    for (int i = 0; i < sends.size(); i++) {
      Send send = sends.get(i);
      if (send.progress().tryAnswer()) {
        Response answer = answer(send, newMessages.get(i), outcomes.get(i));
        send.answered(answer);
        answers.computeIfAbsent(send.requester(), requester -> new ArrayList<>()).add(answer);
      }
    }
    answers.forEach(Requester::send);
  }

  private static Response answer(Send send, NewMessage newMessage, Outcome outcome) {
    if (outcome instanceof Outcome.Stored stored) {
      Long unread = newMessage.senderId() == newMessage.recipientId() ? stored.unread() : null;
      return success(
          send, stored.messageId(), stored.senderChange(), newMessage.createdAt(), unread);
    }
    if (outcome instanceof Outcome.Duplicate duplicate) {
      return success(send, duplicate.messageId(), 0, duplicate.createdAt(), null);
    }
    Refusal refusal = send.verdict().refusal();
    return outcome instanceof Outcome.RefusedContent && refusal != null
        ? send.failure(refusal.code(), refusal.reason())
        : send.failure(failureOf(outcome));
  }

  private static FailureCode failureOf(Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused) {
      return switch (refused.decision()) {
        case REFUSE_SUSPENDED -> FailureCode.SUSPENDED;
        case REFUSE_BLOCKED -> FailureCode.BLOCKED;
        case REFUSE_STRANGER -> FailureCode.STRANGER;
        case REFUSE_NEW_RECIPIENT -> FailureCode.TOO_MANY_RECIPIENTS;
        case STORE, SILENCE -> throw new IllegalStateException("refused, and to be stored");
      };
    }
    return outcome instanceof Outcome.Reused
        ? FailureCode.REUSED_ID
        : FailureCode.UNKNOWN_RECIPIENT;
  }

  private static Success success(
      Send send, long messageId, long change, OffsetDateTime createdAt, @Nullable Long unread) {
    SendMessage request = send.request();
    return new Success(
        send.requester().user().userId(),
        request.timestamp(),
        messageId,
        request.clientMessageId(),
        request.requestId(),
        change,
        createdAt.toInstant(),
        unread);
  }

  private void giveUp(List<Send> sends, RuntimeException cause) {
    LOG.log(
        Level.WARNING, "{0} messages could not be stored: {1}", sends.size(), cause.getMessage());
    replies.execute(() -> sends.forEach(each -> each.fail(FailureCode.STORAGE_UNAVAILABLE)));
  }
}
