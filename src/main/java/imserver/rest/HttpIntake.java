package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.conversation.StoredMessage;
import imserver.conversation.Synchronization;
import imserver.message.Intake;
import imserver.message.NoticeDetails;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.MarkReadUpTo;
import imserver.packet.RecallMessage;
import imserver.packet.SendMessage;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What comes in over HTTP goes the way of the socket's packets, through the {@link Intake}. What
 * returns a stage may be called from any thread; the rest waits for the answer, for a bounded time,
 * and is for the threads of the {@link DatabaseExecutor}.
 */
@ApplicationScoped
public class HttpIntake {

  /** So many messages or conversations in an answer cost about as much as a short request. */
  public static final int CHEAP_ROWS = 50;

  /**
   * Of what {@link DatabaseExecutor} asks and marks as read, which waits for a lane: two at a time.
   */
  public static final int MARK_READ_WEIGHT = 8;

  /** How long notices wait for those of other requests. */
  private static final Duration TURN_TIMEOUT = Duration.ofSeconds(5);

  /** The sender of notices: the host application speaks for the system. */
  private static final UserPrincipal SYSTEM = UserPrincipal.ofService();

  @Inject private Intake intake;
  @Inject private Synchronization synchronization;
  @Inject private DatabaseExecutor database;

  /** One portion of notices at a time: the users' messages need room too. */
  private final Semaphore notices = new Semaphore(1, true);

  /** For the container, which injects the rest. */
  public HttpIntake() {}

  /**
   * Sends a message; {@code view} of its id, when it is stored.
   *
   * @return completed with a {@link Problem} if it was not, or perhaps not
   */
  public <R> CompletionStage<R> send(
      UserPrincipal user, SendMessage message, Function<Long, R> view) {
    PendingReply reply = new PendingReply(user);
    intake.sendMessage(reply, message);
    return database.await(reply.number(), view);
  }

  /**
   * Sends messages of the system, portion by portion, and waits until all are stored.
   *
   * @throws Problem if one was not; then others may be
   */
  void sendNotices(List<SendMessage> notices, NoticeDetails noticeDetails) {
    int portion = intake.noticesAtATime();
    for (int from = 0; from < notices.size(); from += portion) {
      inTurn(notices.subList(from, Math.min(from + portion, notices.size())), noticeDetails);
    }
  }

  private void inTurn(List<SendMessage> portion, NoticeDetails noticeDetails) {
    boolean turn = false;
    try {
      turn = notices.tryAcquire(TURN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!turn) {
      throw Problem.of(FailureCode.SERVER_BUSY, "other notices are being sent, try again");
    }
    try {
      sendPortion(portion, noticeDetails);
    } finally {
      notices.release();
    }
  }

  private void sendPortion(List<SendMessage> portion, NoticeDetails noticeDetails) {
    List<PendingReply> replies = new ArrayList<>(portion.size());
    for (SendMessage notice : portion) {
      PendingReply reply = new PendingReply(SYSTEM);
      replies.add(reply);
      intake.sendNotice(reply, notice, noticeDetails);
    }
    replies.forEach(PendingReply::await);
  }

  /**
   * Marks messages as read; passes over what is not addressed to the user.
   *
   * @param done makes the answer
   * @return completed with a {@link Problem} if that could not be stored
   */
  public <R> CompletionStage<R> markRead(
      UserPrincipal user, List<Long> messageIds, Supplier<R> done) {
    return database.await(submit(user, messageIds).number(), id -> done.get());
  }

  private PendingReply submit(UserPrincipal user, List<Long> messageIds) {
    PendingReply reply = new PendingReply(user);
    intake.markRead(reply, new MarkRead(null, messageIds, ""));
    return reply;
  }

  private void markUnread(UserPrincipal user, List<Long> messageIds) {
    PendingReply reply = new PendingReply(user);
    intake.markReadUncharged(reply, new MarkRead(null, messageIds, ""));
    reply.await();
  }

  /**
   * Takes more of the user's budget for requests than one, for what costs as much as several.
   *
   * @param cost beside the one that every request counts for
   * @throws Problem if nothing is left
   */
  public void charge(UserPrincipal user, int cost) {
    if (cost > 0) {
      BearerFilter.charge(user, cost);
    }
  }

  /** Marks those of {@code messages} as read that the user has not read. */
  public void markShown(UserPrincipal user, List<StoredMessage> messages) {
    List<Long> unread =
        messages.stream()
            .filter(message -> message.recipientId() == user.userId() && !message.isRead())
            .map(StoredMessage::id)
            .toList();
    if (!unread.isEmpty()) {
      markUnread(user, unread);
    }
  }

  /**
   * Marks what another user sent as read, up to a message; {@code view} of how many messages of
   * that user are still unread.
   *
   * @return completed with a {@link Problem} if it was not done, or in part
   */
  <R> CompletionStage<R> markReadUpTo(
      UserPrincipal user, long sender, long messageId, Function<Long, R> view) {
    PendingReply reply = new PendingReply(user);
    synchronization.markReadUpToUncharged(reply, new MarkReadUpTo(sender, messageId, null));
    return database.await(reply.number(), view);
  }

  /**
   * Recalls a message of the user.
   *
   * @param done makes the answer
   * @return completed with a {@link Problem} if it was not recalled, or perhaps not
   */
  <R> CompletionStage<R> recall(UserPrincipal user, long messageId, Supplier<R> done) {
    PendingReply reply = new PendingReply(user);
    intake.recall(reply, new RecallMessage(messageId, null));
    return database.await(reply.number(), change -> done.get());
  }
}
