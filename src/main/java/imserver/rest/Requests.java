package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.message.ConversationService;
import imserver.message.Headline;
import imserver.message.Intake;
import imserver.message.StoredMessage;
import imserver.packet.MarkRead;
import imserver.packet.SendMessage;
import imserver.session.SendingBudget;
import imserver.session.SendingBudgets;
import io.github.bucket4j.TimeMeter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What comes in over HTTP goes the way of the socket's packets, through the {@link Intake}. What
 * returns a stage may be called from any thread; the rest waits for the answer, for a bounded time,
 * and is for the threads of the {@link DatabaseExecutor}.
 */
@ApplicationScoped
public class Requests {

  /** So many transactions of {@link MarkRead#MAX_IDS} messages for one request. */
  private static final int MAX_ROUNDS = 100;

  private static final UserPrincipal SYSTEM = new UserPrincipal(0, null, null, null, true);
  private static final SendingBudget UNLIMITED = new SendingBudget(0, TimeMeter.SYSTEM_NANOTIME);

  @Inject private Config config;
  @Inject private Intake intake;
  @Inject private ConversationService conversations;
  @Inject private SendingBudgets budgets;
  @Inject private DatabaseExecutor database;

  /** For the container, which injects the rest. */
  public Requests() {}

  /**
   * Sends a message; {@code view} of its id, when it is stored.
   *
   * @return completed with a {@link Problem} if it was not, or perhaps not
   */
  public <R> CompletionStage<R> send(
      UserPrincipal user, SendMessage message, Function<Long, R> view) {
    Answer answer = new Answer(user, budgets.of(user.userId()));
    intake.sendMessage(answer, message);
    return database.await(answer.messageId(), view);
  }

  /**
   * Sends messages of the system, portion by portion, and waits until all are stored.
   *
   * @throws Problem if one was not; then others may be
   */
  void sendNotices(List<SendMessage> notices, Headline headline) {
    int portion = Math.max(1, config.limits().intake() / 2); // the users' messages need room too
    for (int from = 0; from < notices.size(); from += portion) {
      sendPortion(notices.subList(from, Math.min(from + portion, notices.size())), headline);
    }
  }

  private void sendPortion(List<SendMessage> notices, Headline headline) {
    List<Answer> answers = new ArrayList<>(notices.size());
    for (SendMessage notice : notices) {
      Answer answer = new Answer(SYSTEM, UNLIMITED);
      answers.add(answer);
      intake.sendNotice(answer, notice, headline);
    }
    answers.forEach(Answer::await);
  }

  /**
   * Marks messages as read; passes over what is not addressed to the user.
   *
   * @param done makes the answer
   * @return completed with a {@link Problem} if that could not be stored
   */
  public <R> CompletionStage<R> markRead(
      UserPrincipal user, List<Long> messageIds, Supplier<R> done) {
    return database.await(submit(user, messageIds).messageId(), id -> done.get());
  }

  private Answer submit(UserPrincipal user, List<Long> messageIds) {
    Answer answer = new Answer(user, UNLIMITED);
    intake.markRead(answer, new MarkRead(null, messageIds, ""));
    return answer;
  }

  /** Marks those of {@code messages} as read that the user has not read. */
  public void markShown(UserPrincipal user, List<StoredMessage> messages) {
    List<Long> unread =
        messages.stream()
            .filter(message -> message.recipientId() == user.userId() && !message.isRead())
            .map(StoredMessage::id)
            .toList();
    if (!unread.isEmpty()) {
      submit(user, unread).await();
    }
  }

  /** Marks what another user sent as read, up to a message. */
  void markReadUpTo(UserPrincipal user, long sender, long messageId) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      List<Long> ids = conversations.unreadIds(sender, user.userId(), messageId, MarkRead.MAX_IDS);
      if (ids.isEmpty()) {
        return;
      }
      submit(user, ids).await();
    }
  }
}
