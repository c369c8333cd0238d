package imserver.message;

import imserver.database.StorageException;
import imserver.database.UnansweredException;
import imserver.message.Submission.Post;
import imserver.packet.FailureCode;
import imserver.packet.Response;
import imserver.packet.Response.Success;
import imserver.packet.SendMessage;
import imserver.session.Requester;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * What a lane does with messages: store, then answer, then deliver. Nothing is answered with
 * success before its transaction is committed. For one thread at a time, but for what it gives to
 * {@code telling}, which uses nothing that changes.
 */
final class Storing {

  private static final System.Logger LOG = System.getLogger(Storing.class.getName());

  private final MessageService service;
  private final Delivery delivery;
  private final Clock clock;
  private final Executor telling;
  private final Untold untold;

  /** The last id that anybody was told of; negative while that is not known. */
  private long last = -1;

  /**
   * Stores by a service.
   *
   * @param telling has the answers and deliveries go out, in the order in which it is given them
   */
  Storing(MessageService service, Delivery delivery, Clock clock, Executor telling) {
    this.service = service;
    this.delivery = delivery;
    this.clock = clock;
    this.telling = telling;
    this.untold = new Untold(service);
  }

  /** Stores messages, and tells of them. */
  void process(List<Post> posts) {
    if (last < 0) {
      last = lastId();
    }
    List<UnreadMessage> found = untold.lookForFresh();
    if (!found.isEmpty()) {
      telling.execute(() -> delivery.deliver(found));
    }
    store(posts, drafts(posts));
  }

  /** Where the database does not say, nobody is told late of what it does not answer for. */
  private long lastId() {
    try {
      return service.lastId();
    } catch (RuntimeException e) {
      return -1;
    }
  }

  private void store(List<Post> posts, List<Draft> drafts) {
    List<Outcome> outcomes;
    try {
      outcomes = service.store(drafts);
    } catch (RuntimeException e) {
      LOG.log(
          Level.INFO, "storing {0} messages one by one after: {1}", posts.size(), e.getMessage());
      doubtUnlessRolledBack(drafts, e);
      storeOneByOne(posts, drafts);
      return;
    }
    conclude(posts, drafts, outcomes);
  }

  private void doubtUnlessRolledBack(List<Draft> drafts, RuntimeException e) {
    boolean rolledBack = e instanceof StorageException && !(e instanceof UnansweredException);
    if (!rolledBack && last >= 0) {
      untold.add(recipients(drafts), last);
    }
  }

  private static Set<Long> recipients(List<Draft> drafts) {
    return drafts.stream().map(Draft::recipientId).collect(Collectors.toSet());
  }

  private List<Draft> drafts(List<Post> posts) {
    OffsetDateTime now = OffsetDateTime.now(clock);
    return posts.stream().map(post -> draft(post, now)).toList();
  }

  private static Draft draft(Post post, OffsetDateTime now) {
    SendMessage request = post.request();
    return new Draft(
        post.key(), request.toId(), request.content(), request.timestamp(), now, post.headline());
  }

  /**
   * One bad message fails alone; a database that is down fails them all, without a try for each.
   */
  private void storeOneByOne(List<Post> posts, List<Draft> drafts) {
    for (int i = 0; i < posts.size(); i++) {
      List<Post> post = List.of(posts.get(i));
      List<Draft> draft = List.of(drafts.get(i));
      List<Outcome> outcome;
      try {
        outcome = storeAlone(draft);
      } catch (RuntimeException e) {
        if (!databaseAnswers()) {
          giveUp(posts.subList(i, posts.size()), e);
          return;
        }
        storeOrGiveUp(post, draft);
        continue;
      }
      conclude(post, draft, outcome);
    }
  }

  /** The last try: the one before may have met a connection that had died. */
  private void storeOrGiveUp(List<Post> post, List<Draft> draft) {
    List<Outcome> outcome;
    try {
      outcome = storeAlone(draft);
    } catch (RuntimeException e) {
      giveUp(post, e);
      return;
    }
    conclude(post, draft, outcome);
  }

  private List<Outcome> storeAlone(List<Draft> draft) {
    try {
      return service.store(draft);
    } catch (RuntimeException e) {
      doubtUnlessRolledBack(draft, e);
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

  private void conclude(List<Post> posts, List<Draft> drafts, List<Outcome> outcomes) {
    Set<Long> doubtful = untold.among(recipients(drafts));
    List<UnreadMessage> messages = new ArrayList<>(untold.look(doubtful));
    Set<Long> certain = new HashSet<>();
    for (int i = 0; i < drafts.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Stored stored) {
        Draft draft = drafts.get(i);
        last = Math.max(last, stored.messageId());
        certain.add(draft.recipientId());
        if (!doubtful.contains(draft.recipientId())) { // else it was found
          messages.add(draft.asUnread(stored.messageId()));
        }
      }
    }
    untold.settle(certain);
    telling.execute(() -> tell(posts, outcomes, messages));
  }

  private void tell(List<Post> posts, List<Outcome> outcomes, List<UnreadMessage> stored) {
    Map<Requester, List<Response>> answers = new LinkedHashMap<>();
    for (int i = 0; i < posts.size(); i++) {
      Post post = posts.get(i);
      if (post.progress().answer()) {
        answers
            .computeIfAbsent(post.requester(), requester -> new ArrayList<>())
            .add(answer(post, outcomes.get(i)));
      }
    }
    answers.forEach(Requester::send);
    delivery.deliver(stored);
  }

  private static Response answer(Post post, Outcome outcome) {
    if (outcome instanceof Outcome.Stored fresh) {
      return success(post, fresh.messageId());
    }
    if (outcome instanceof Outcome.Duplicate earlier) {
      return success(post, earlier.messageId());
    }
    return post.failure(
        outcome instanceof Outcome.Reused ? FailureCode.REUSED_ID : FailureCode.UNKNOWN_RECIPIENT);
  }

  private static Success success(Post post, long messageId) {
    SendMessage request = post.request();
    return new Success(
        post.requester().user().userId(),
        request.timestamp(),
        messageId,
        request.clientMessageId());
  }

  private void giveUp(List<Post> posts, RuntimeException cause) {
    telling.execute(() -> Submission.giveUp(posts, cause));
  }
}
