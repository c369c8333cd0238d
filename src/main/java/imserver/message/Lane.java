package imserver.message;

import imserver.message.FairQueue.Batch;
import imserver.packet.FailureCode;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One writer: takes whatever has queued up, up to a bound, has it stored in one go, and takes
 * again. Requests of one user leave in the order in which they came, users take turns.
 */
final class Lane {

  private static final System.Logger LOG = System.getLogger(Lane.class.getName());

  /** How long a stop waits for what is queued, before the server goes down without it. */
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private final FairQueue queue;
  private final Telling telling;
  private final Storing storing;
  private final Semaphore room;
  private @Nullable Thread thread;

  /** What is being stored, for whoever asks how long it takes. */
  private volatile List<Submission> inDatabase = List.of();

  /**
   * A lane that is not running yet.
   *
   * @param storing makes what stores, given through what its answers go out
   * @param room from which a permit is taken for each request that waits, given back when the
   *     request is stored, or will not be
   * @param lanes how many lanes share the room
   * @param maxBatch the most messages in one transaction, and about the most ids in read-acks
   */
  Lane(Function<Executor, Storing> storing, Semaphore room, int lanes, int maxBatch) {
    this.queue = new FairQueue(room, lanes, maxBatch);
    this.telling = new Telling(() -> !queue.isEmpty());
    this.storing = storing.apply(telling);
    this.room = room;
  }

  void start(ThreadFactory threads) {
    telling.start(threads);
    thread = threads.newThread(this::run);
    thread.start();
  }

  /** Takes in a request; false if there is no room for it, or the lane is stopping. */
  boolean offer(Submission submission) {
    return queue.offer(submission);
  }

  /** Ends the lane after what is queued now; takes nothing more in. */
  void stop() {
    queue.close();
  }

  /** Waits for the end, for a bounded time. */
  void awaitEnd() {
    try {
      awaitEnd(thread);
      telling.awaitEnd(DRAIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitEnd(@Nullable Thread storing) throws InterruptedException {
    try {
      if (storing != null) {
        storing.join(DRAIN.toMillis());
      }
    } finally {
      telling.stop();
    }
  }

  private void run() {
    try {
      Batch batch = queue.take();
      while (!batch.submissions().isEmpty()) {
        process(batch);
        batch = queue.take();
      }
    } catch (InterruptedException e) {
      LOG.log(Level.WARNING, "a lane was interrupted while requests may be waiting");
      refuseTheRest();
    }
  }

  /**
   * Answers what has been waiting for so long, or longer, with {@code STORAGE_UNAVAILABLE}. What
   * has not been given to the database yet will not be; the rest may be stored after all, as after
   * any answer that is lost. Any thread may call.
   */
  void failOlderThan(Duration age) {
    inDatabase.stream()
        .filter(each -> each.progress().isOlderThan(age))
        .forEach(each -> each.fail(FailureCode.STORAGE_UNAVAILABLE));
    Batch overdue = queue.removeOlderThan(age);
    room.release(overdue.permits());
    overdue.submissions().forEach(each -> each.fail(FailureCode.STORAGE_UNAVAILABLE));
  }

  private void process(Batch batch) {
    inDatabase = batch.submissions();
    try {
      storing.process(batch.submissions());
    } catch (RuntimeException | Error e) {
      // A fault of ours or of the machine (memory).
      String count = Integer.toString(batch.submissions().size());
      LOG.log(Level.ERROR, "a batch of " + count + " requests was dropped", e);
      batch.submissions().forEach(each -> each.fail(FailureCode.STORAGE_UNAVAILABLE));
    } finally {
      inDatabase = List.of();
      room.release(batch.permits());
    }
  }

  private void refuseTheRest() {
    queue.close();
    for (Batch rest = queue.poll(); !rest.submissions().isEmpty(); rest = queue.poll()) {
      Batch refused = rest;
      telling.execute(
          () -> refused.submissions().forEach(each -> each.fail(FailureCode.SERVER_BUSY)));
      room.release(refused.permits());
    }
  }
}
