package imserver.message;

import imserver.packet.FailureCode;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One writer: takes whatever has queued up, up to a bound, has it stored in one go, and takes
 * again. Requests leave in the order in which they came.
 */
final class Lane {

  private static final System.Logger LOG = System.getLogger(Lane.class.getName());

  /** How long a stop waits for what is queued, before the server goes down without it. */
  private static final Duration DRAIN = Duration.ofSeconds(30);

  /** An element of the queue is a request, or empty for "the end". */
  private final BlockingQueue<Optional<Submission>> queue = new LinkedBlockingQueue<>();

  private final Telling telling = new Telling(() -> !queue.isEmpty());
  private final Storing storing;
  private final Semaphore room;
  private final int maxBatch;
  private @Nullable Thread thread;

  /**
   * A lane that is not running yet.
   *
   * @param storing makes what stores, given through what its answers go out
   * @param room from which whoever adds a request has taken a permit, given back when the request
   *     is stored, or will not be
   * @param maxBatch the most requests in one transaction
   */
  Lane(Function<Executor, Storing> storing, Semaphore room, int maxBatch) {
    this.storing = storing.apply(telling);
    this.room = room;
    this.maxBatch = maxBatch;
  }

  void start(ThreadFactory threads) {
    telling.start(threads);
    thread = threads.newThread(this::run);
    thread.start();
  }

  void add(Submission submission) {
    queue.add(Optional.of(submission));
  }

  /** What is being stored now, null for nothing. Any thread may call. */
  @Nullable InFlight inFlight() {
    return storing.inFlight();
  }

  /** Ends the lane after what is queued now. */
  void stop() {
    queue.add(Optional.empty());
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
      boolean more = true;
      while (more) {
        List<Optional<Submission>> taken = new ArrayList<>();
        taken.add(queue.take());
        queue.drainTo(taken, maxBatch - 1);
        more = !taken.contains(Optional.<Submission>empty());
        process(taken.stream().flatMap(Optional::stream).toList());
      }
    } catch (InterruptedException e) {
      LOG.log(Level.WARNING, "a lane was interrupted with {0} requests waiting", queue.size());
    }
    refuseTheRest();
  }

  private void process(List<Submission> batch) {
    try {
      storing.process(batch);
    } catch (RuntimeException | Error e) {
      // A fault of ours or of the machine (memory): this batch is not answered, its clients try
      // again.
      LOG.log(Level.ERROR, "a batch of " + batch.size() + " requests was dropped", e);
    } finally {
      room.release(batch.size());
    }
  }

  private void refuseTheRest() {
    List<Optional<Submission>> rest = new ArrayList<>();
    queue.drainTo(rest);
    telling.execute(
        () ->
            rest.stream()
                .flatMap(Optional::stream)
                .forEach(submission -> submission.fail(FailureCode.SERVER_BUSY)));
  }
}
