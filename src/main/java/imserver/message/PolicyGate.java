package imserver.message;

import imserver.api.MessageDraft;
import imserver.content.Verdict;
import imserver.message.Submission.Send;
import imserver.packet.FailureCode;
import imserver.policy.Policies;
import imserver.policy.Ruling;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where messages wait for what the host application decides of them, many at once; those of one
 * sender pass in the order in which they came. What waits is bounded, of one sender by what is
 * still free, so that others always find room. Safe for use by several threads; nothing waits.
 */
final class PolicyGate {

  private static final System.Logger LOG = System.getLogger(PolicyGate.class.getName());

  private final Policies policies;
  private final SentFiles files;
  private final Executor database;
  private final Consumer<Send> next;

  private final Semaphore free;

  /** Those of whom messages wait; each entry is guarded by itself once it is in. */
  private final ConcurrentMap<Long, Waiting> bySender = new ConcurrentHashMap<>();

  /** The messages of one sender, in their order. */
  private static final class Waiting {
    private final Queue<Entry> entries = new ArrayDeque<>();

    synchronized Stream<Entry> undecided() {
      return entries.stream().filter(entry -> entry.ruling == null).toList().stream();
    }
  }

  /** A message, and what was decided of it. */
  private static final class Entry {
    private Send send;
    private @Nullable Ruling ruling;

    Entry(Send send) {
      this.send = send;
    }
  }

  /**
   * A gate.
   *
   * @param files looks for those that messages carry, so that they are known to who is asked
   * @param database runs what waits for it
   * @param next takes what has passed; also what is to be refused, with a verdict that says so
   * @param room how many messages may wait
   */
  PolicyGate(Policies policies, SentFiles files, Executor database, Consumer<Send> next, int room) {
    this.policies = policies;
    this.files = files;
    this.database = database;
    this.next = next;
    this.free = new Semaphore(room);
  }

  /** Has one pass as soon as it is decided, or fail. */
  void pass(Send send) {
    Entry entry = new Entry(send);
    if (!enter(entry)) {
      send.fail(FailureCode.SERVER_BUSY);
      return;
    }
    if (send.isCarrying()) {
      database.execute(() -> askWithFiles(entry));
    } else {
      ask(entry);
    }
  }

  /** What is refused for its files is not asked about. */
  private void askWithFiles(Entry entry) {
    Send found;
    try {
      found = files.find(List.of(entry.send)).get(0);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "files of a message could not be looked for: {0}", e.getMessage());
      decided(entry, new Ruling.Unknown());
      return;
    }
    entry.send = found;
    if (found.verdict().refusal() == null) {
      ask(entry);
    } else {
      decided(entry, new Ruling.Store(found.verdict().content(), true));
    }
  }

  private void ask(Entry entry) {
    try {
      var unused = policies.ask(draft(entry.send)).thenAccept(ruling -> decided(entry, ruling));
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a policy could not be asked", e);
      decided(entry, new Ruling.Unknown());
    }
  }

  private static MessageDraft draft(Send send) {
    return new MessageDraft(
        send.key().senderId(),
        send.request().toId(),
        send.verdict().content(),
        send.request().clientMessageId(),
        send.attachments().stream()
            .map(
                file ->
                    new MessageDraft.Attachment(
                        file.fileId(), file.name(), file.type(), file.size()))
            .toList());
  }

  /** A sender may have no more waiting than there is still room for. */
  private boolean enter(Entry entry) {
    boolean[] entered = {false};
    bySender.compute(
        entry.send.key().senderId(),
        (sender, waiting) -> {
          Waiting its = waiting == null ? new Waiting() : waiting;
          synchronized (its) {
            if (its.entries.size() < free.availablePermits() && free.tryAcquire()) {
              its.entries.add(entry);
              entered[0] = true;
            }
            return its.entries.isEmpty() ? null : its;
          }
        });
    return entered[0];
  }

  /** Releases what has nothing undecided before it; one thread at a time for a sender. */
  private void decided(Entry entry, Ruling ruling) {
    long sender = entry.send.key().senderId();
    Waiting waiting = bySender.get(sender);
    if (waiting == null) {
      return; // since the stop
    }
    synchronized (waiting) {
      if (entry.ruling == null) {
        entry.ruling = ruling;
      }
      Entry first = waiting.entries.peek();
      while (first != null && first.ruling != null) {
        waiting.entries.remove();
        free.release();
        release(first.send, first.ruling);
        first = waiting.entries.peek();
      }
    }
    bySender.computeIfPresent(
        sender,
        (key, its) -> {
          synchronized (its) {
            return its.entries.isEmpty() ? null : its;
          }
        });
  }

  /**
   * Fails what is not decided yet, so that nobody waits for an answer. To be called when {@code
   * next} takes nothing more.
   */
  void stop() {
    bySender.values().stream()
        .flatMap(Waiting::undecided)
        .forEach(entry -> decided(entry, new Ruling.Unknown()));
  }

  private void release(Send send, Ruling ruling) {
    Verdict verdict = send.verdict();
    try {
      if (ruling instanceof Ruling.Store store) {
        next.accept(
            send.with(
                store.isDecided()
                    ? verdict.decided(store.content())
                    : verdict.decided(store.content()).undecided()));
      } else if (ruling instanceof Ruling.Refuse refusal) {
        next.accept(
            send.with(verdict.undecided().refused(FailureCode.REFUSED_BY_HOST, refusal.reason())));
      } else {
        send.fail(FailureCode.SERVER_BUSY);
      }
    } catch (RuntimeException | Error e) { // of the answer to this one; the others go on
      LOG.log(Level.ERROR, "an answer was dropped", e);
    }
  }
}
