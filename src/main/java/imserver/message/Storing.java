package imserver.message;

import imserver.database.StorageException;
import imserver.database.UnansweredException;
import imserver.message.Submission.Post;
import imserver.message.Submission.ReadAck;
import imserver.packet.FailureCode;
import imserver.packet.Response;
import imserver.packet.Response.Success;
import imserver.packet.SendMessage;
import imserver.session.Requester;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does with a batch: store, then answer, then deliver. Nothing is answered with success
 * before its transaction is committed. For one thread at a time, but for what it gives to {@code
 * telling}, which uses nothing that changes.
 */
final class Storing {

  private static final System.Logger LOG = System.getLogger(Storing.class.getName());

  private final MessageService service;
  private final MessageIds ids;
  private final Delivery delivery;
  private final Settling settling;
  private final Clock clock;
  private final Executor telling;
  private final Doubts doubts;

  /** Read by other threads. */
  private volatile @Nullable InFlight inFlight;

  /**
   * Stores by a service.
   *
   * @param telling has the answers and deliveries go out, in the order in which it is given them
   */
  Storing(
      MessageService service,
      MessageIds ids,
      Delivery delivery,
      Settling settling,
      Clock clock,
      Executor telling) {
    this.settling = settling;
    this.service = service;
    this.ids = ids;
    this.delivery = delivery;
    this.clock = clock;
    this.telling = telling;
    this.doubts = new Doubts(service, clock);
  }

  /** Stores the messages, then marks what the read-acks name. */
  void process(List<Submission> batch) {
    resolveDoubts();
    List<Post> posts = new ArrayList<>();
    List<ReadAck> acks = new ArrayList<>();
    for (Submission submission : batch) {
      if (submission instanceof Post post) {
        posts.add(post);
      } else if (submission instanceof ReadAck ack) {
        acks.add(ack);
      }
    }
    if (!posts.isEmpty()) {
      try {
        store(posts);
      } finally {
        storingNow(null);
      }
    }
    if (!acks.isEmpty()) {
      markRead(acks);
    }
  }

  /** What is being stored now, null for nothing. Any thread may call. */
  @Nullable InFlight inFlight() {
    return inFlight;
  }

  private void storingNow(@Nullable InFlight messages) {
    inFlight = messages;
    settling.progressed();
  }

  private void store(List<Post> posts) {
    List<Draft> drafts;
    try {
      storingNow(new InFlight(ids.last(), null));
      drafts = drafts(posts);
      storingNow(new InFlight(drafts.get(0).id() - 1, drafts));
    } catch (RuntimeException e) {
      giveUp(posts, e);
      return;
    }
    store(posts, drafts);
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

  /**
   * What comes out of the service's method is a {@link StorageException}, and then the transaction
   * is rolled back. Anything else comes from the commit, be it after the method or within: the
   * database may have done it, and only its answer be lost.
   */
  private void doubtUnlessRolledBack(List<Draft> drafts, RuntimeException e) {
    if (!(e instanceof StorageException) || e instanceof UnansweredException) {
      doubts.add(drafts);
    }
  }

  private void resolveDoubts() {
    List<UnreadMessage> stored = doubts.resolve();
    if (!stored.isEmpty()) {
      telling.execute(() -> delivery.deliver(stored));
    }
  }

  private List<Draft> drafts(List<Post> posts) {
    OffsetDateTime now = OffsetDateTime.now(clock);
    List<Draft> drafts = new ArrayList<>(posts.size());
    for (Post post : posts) {
      SendMessage request = post.request();
      drafts.add(
          new Draft(
              ids.next(),
              post.key(),
              request.toId(),
              request.content(),
              request.timestamp(),
              now,
              post.headline()));
    }
    return drafts;
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

  /**
   * The last try: two lanes may have met on one key, and this look-up finds what the other stored.
   */
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
    settle(drafts.get(drafts.size() - 1).id()); // first: who is told may look for it at once
    List<UnreadMessage> untold = new ArrayList<>();
    for (int i = 0; i < drafts.size(); i++) {
      Draft draft = untold(drafts.get(i), outcomes.get(i));
      if (draft != null) {
        untold.add(draft.asUnread());
      }
    }
    telling.execute(() -> tell(posts, outcomes, untold));
  }

  /** What the recipient is to be told of now; null for nothing. */
  private @Nullable Draft untold(Draft draft, Outcome outcome) {
    if (outcome instanceof Outcome.Stored) {
      doubts.remove(draft.id());
      return draft;
    }
    if (outcome instanceof Outcome.Duplicate earlier) {
      return doubts.remove(earlier.messageId());
    }
    return outcome instanceof Outcome.Reused other ? doubts.remove(other.messageId()) : null;
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

  private void settle(long upToId) {
    storingNow(inFlight == null ? null : inFlight.after(upToId));
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

  private void markRead(List<ReadAck> acks) {
    Map<Long, Set<Long>> idsByReader = new HashMap<>();
    for (ReadAck ack : acks) {
      idsByReader
          .computeIfAbsent(ack.requester().user().userId(), reader -> new HashSet<>())
          .addAll(ack.request().messageIds());
    }
    try {
      markReadTwice(idsByReader);
    } catch (RuntimeException e) {
      giveUp(acks, e);
      return;
    }
    telling.execute(() -> acks.forEach(ReadAck::marked));
  }

  /**
   * Once more after a failure, since marking is idempotent and the first may have met a connection
   * that had died.
   */
  private void markReadTwice(Map<Long, Set<Long>> idsByReader) {
    try {
      service.markRead(idsByReader);
    } catch (RuntimeException e) {
      service.markRead(idsByReader);
    }
  }

  private void giveUp(List<? extends Submission> submissions, RuntimeException cause) {
    LOG.log(
        Level.WARNING,
        "{0} requests could not be stored: {1}",
        submissions.size(),
        cause.getMessage());
    telling.execute(() -> submissions.forEach(each -> each.fail(FailureCode.STORAGE_UNAVAILABLE)));
  }
}
