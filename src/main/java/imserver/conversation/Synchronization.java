package imserver.conversation;

import imserver.auth.UserPrincipal;
import imserver.database.StorageException;
import imserver.message.Intake;
import imserver.message.MessageService;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.MarkReadUpTo;
import imserver.packet.Response;
import imserver.packet.Response.Answer;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Marked;
import imserver.packet.Response.Reset;
import imserver.packet.Response.Synchronized;
import imserver.packet.Synchronize;
import imserver.query.DatabaseExecutor;
import imserver.query.RefusedException;
import imserver.session.Mark;
import imserver.session.Requester;
import imserver.session.UserBudgets;
import jakarta.ejb.EJBException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the devices of a user in agreement, where the database has to be asked first: what has
 * changed since a number, and marking as read up to a message. Any thread may call, and none waits.
 * Whatever the database does, the requester is answered: of changes within five seconds; of a
 * marking, which begins no transaction after five, within fifteen.
 */
@ApplicationScoped
public class Synchronization {

  private static final System.Logger LOG = System.getLogger(Synchronization.class.getName());

  /** So many characters in an answer count for one request more (PROTOCOL.md, section 7). */
  private static final int CHARACTERS_OF_A_REQUEST = 16 * 1024;

  /** So many transactions of {@link MarkRead#MAX_IDS} messages for one request. */
  private static final int MAX_ROUNDS = 100;

  @Inject private ConversationService conversations;
  @Inject private MessageService messages;
  @Inject private Intake intake;
  @Inject private DatabaseExecutor database;
  @Inject private UserBudgets budgets;

  /** For the container, which injects the rest. */
  public Synchronization() {}

  /**
   * Tells what has changed since a number; {@link Reset} where that number is of another database.
   */
  public void synchronize(Requester requester, Synchronize request) {
    if (isSpent(requester)) {
      fail(requester, request.requestId(), FailureCode.RATE_LIMITED);
      return;
    }
    var unused =
        database
            .ask(requester.user(), 1, () -> changes(requester.user().userId(), request))
            .whenComplete(
                (answer, error) -> {
                  if (error == null) {
                    requester.send(answer);
                  } else {
                    fail(requester, request.requestId(), error);
                  }
                });
  }

  private Answer changes(long user, Synchronize request) {
    boolean fromBeginning = request.since() == 0 && request.epoch() == null;
    if (!fromBeginning && !messages.epoch().equals(request.epoch())) {
      return new Reset(request.requestId());
    }
    return conversations
        .changesSince(user, request.since(), request.limit())
        .<Answer>map(changes -> answer(user, request, changes))
        .orElseGet(() -> new Reset(request.requestId()));
  }

  private Synchronized answer(long user, Synchronize request, ConversationChanges changes) {
    Synchronized answer =
        new Synchronized(
            request.requestId(),
            changes.conversations(),
            changes.next(),
            changes.more(),
            changes.head());
    budgets.requests().owe(user, answer.characters() / CHARACTERS_OF_A_REQUEST);
    return answer;
  }

  /** Marks what another user sent as read, up to a message. */
  public void markReadUpTo(Requester requester, MarkReadUpTo request) {
    if (isSpent(requester)) {
      fail(requester, request.requestId(), FailureCode.RATE_LIMITED);
    } else {
      markReadUpToUncharged(requester, request);
    }
  }

  /** The same for a request that was taken from the user's budget before. */
  public void markReadUpToUncharged(Requester requester, MarkReadUpTo request) {
    new Marking(requester, request).next();
  }

  /**
   * Marks the oldest ones, as many as one transaction may, and goes on behind them. What another
   * request marks meanwhile is not there any more, and is not missed.
   */
  private final class Marking implements Requester {

    private final Requester requester;
    private final MarkReadUpTo request;
    private final long end = System.nanoTime() + DatabaseExecutor.DEADLINE.toNanos();
    private int rounds;
    private boolean last;

    Marking(Requester requester, MarkReadUpTo request) {
      this.requester = requester;
      this.request = request;
    }

    @Override
    public UserPrincipal user() {
      return requester.user();
    }

    /** To be called by one thread after the other. */
    void next() {
      if (rounds++ == MAX_ROUNDS || System.nanoTime() - end > 0) {
        fail(requester, request.requestId(), FailureCode.SERVER_BUSY); // the rest stays unread
        return;
      }
      var unused =
          database
              .ask(user(), 1, this::unread)
              .whenComplete(
                  (found, error) -> {
                    if (error == null) {
                      mark(found);
                    } else {
                      fail(requester, request.requestId(), error);
                    }
                  });
    }

    /** The ids of some, and how many there are in all. */
    private record Unread(List<Long> ids, long count) {}

    private Unread unread() {
      long user = user().userId();
      List<Long> ids =
          conversations.unreadIds(request.senderId(), user, request.upToId(), MarkRead.MAX_IDS);
      return new Unread(ids, conversations.unreadFrom(request.senderId(), user));
    }

    private void mark(Unread found) {
      if (found.ids().isEmpty()) {
        requester.send(new Marked(request.requestId(), 0, found.count(), null));
        return;
      }
      last = found.ids().size() < MarkRead.MAX_IDS;
      intake.markReadUncharged(this, new MarkRead(null, found.ids(), ""));
    }

    @Override
    public void marked(List<Mark> marks) {
      Mark mark =
          marks.stream()
              .filter(each -> each.senderId() == request.senderId())
              .findFirst()
              .orElse(null);
      if (last && mark != null) { // before others are told of it
        requester.send(
            new Marked(request.requestId(), mark.change(), mark.unread(), mark.readUpTo()));
      } else {
        next();
      }
    }

    @Override
    public void send(Response answer) {
      FailureCode code =
          answer instanceof Failure failure ? failure.code() : FailureCode.STORAGE_UNAVAILABLE;
      fail(requester, request.requestId(), code);
    }
  }

  private boolean isSpent(Requester requester) {
    return !budgets.requests().take(requester.user().userId()).isZero();
  }

  private static void fail(Requester requester, @Nullable String requestId, Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof RefusedException refused) {
      // Too many at once: a client that asks again does nothing wrong.
      boolean atOnce = refused.code() == FailureCode.RATE_LIMITED;
      fail(requester, requestId, atOnce ? FailureCode.SERVER_BUSY : refused.code());
    } else {
      if (!(cause instanceof StorageException || cause instanceof EJBException)) {
        LOG.log(Level.ERROR, "a request failed", cause);
      }
      fail(requester, requestId, FailureCode.STORAGE_UNAVAILABLE);
    }
  }

  private static void fail(Requester requester, @Nullable String requestId, FailureCode code) {
    requester.send(new Failure(requester.user().userId(), "", code, code.message(), requestId));
  }
}
