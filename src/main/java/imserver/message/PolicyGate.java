package imserver.message;

import imserver.api.MessageDraft;
import imserver.content.Verdict;
import imserver.message.Submission.Send;
import imserver.packet.FailureCode;
import imserver.policy.Policies;
import imserver.policy.Ruling;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
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
    private final Send send;
    private @Nullable Ruling ruling;

    Entry(Send send) {
      this.send = send;
    }
  }

  /**
   * A gate.
   *
   * @param next takes what has passed; also what is to be refused, with a verdict that says so
   * @param room how many messages may wait
   */
  PolicyGate(Policies policies, Consumer<Send> next, int room) {
    this.policies = policies;
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
    MessageDraft draft =
        new MessageDraft(
            send.key().senderId(),
            send.request().toId(),
            send.verdict().content(),
            send.request().clientMessageId(),
            send.request().files());
    try {
      var unused = policies.ask(draft).thenAccept(ruling -> decided(entry, ruling));
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a policy could not be asked", e);
      decided(entry, new Ruling.Unknown());
    }
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
