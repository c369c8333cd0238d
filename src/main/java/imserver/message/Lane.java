package imserver.message;

import imserver.message.FairQueue.Batch;
import imserver.monitoring.Meters;
import imserver.monitoring.TaskWatch;
import imserver.monitoring.Traces;
import imserver.monitoring.Traces.Step;
import imserver.monitoring.Watchdog;
import imserver.packet.FailureCode;
import io.micrometer.core.instrument.DistributionSummary;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thread that takes whatever has queued up, up to a bound, has it stored in one go, and takes
 * again. Requests of one user leave in the order in which they came, users take turns.
 *
 * @param <S> messages or read-acks
 */
final class Lane<S extends Submission> {

  private static final System.Logger LOG = System.getLogger(Lane.class.getName());

  private final String name;
  private final FairQueue<S> queue;
  private final ReplyExecutor replies;
  private final Consumer<List<S>> writer;
  private final DistributionSummary batchSizes;
  private final TaskWatch watch;
  private volatile boolean stopping;
  private @Nullable Thread thread;

  /** What is being stored; read by {@link #failOlderThan}. */
  private volatile List<S> inDatabase = List.of();

  /**
   * A lane that is not running yet.
   *
   * @param name of what it stores, for metrics and traces
   * @param queue in which its requests wait
   * @param writerFor makes the writer that stores a batch and replies through the given executor
   * @param watchdog told how its answers go on, and of an end that nobody has asked for
   */
  Lane(
      String name,
      FairQueue<S> queue,
      Function<Executor, Consumer<List<S>>> writerFor,
      Watchdog watchdog) {
    this.name = name;
    this.batchSizes = Meters.batchSizes(name);
    this.queue = queue;
    this.watch = watchdog.watch("the lane of " + name);
    this.replies =
        new ReplyExecutor(() -> !queue.isEmpty(), watchdog.watch("the answers of " + name));
    this.writer = writerFor.apply(replies);
  }

  void start(ThreadFactory threads) {
    replies.start(threads);
    thread = threads.newThread(this::run);
    thread.start();
  }

  /** Takes in a request; false if there is no room for it, or the lane is stopping. */
  boolean offer(S submission) {
    submission.progress().begin(Traces.request(name));
    return queue.offer(submission);
  }

  /** Ends the lane after what is queued now; takes nothing more in. */
  void stop() {
    stopping = true;
    queue.close();
  }

  /** Waits for the end, for {@code timeout} at most; false if it has not come by then. */
  boolean awaitEnd(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    try {
      if (thread != null) {
        thread.join(Math.max(1, timeout.toMillis())); // 0 would be for ever
      }
      replies.stop();
      replies.awaitEnd(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    } catch (InterruptedException e) {
      replies.stop();
      Thread.currentThread().interrupt();
    }
    return thread == null || !thread.isAlive();
  }

  private void run() {
    try {
      Batch<S> batch = queue.take();
      while (!batch.submissions().isEmpty()) {
        process(batch);
        batch = queue.take();
      }
    } catch (InterruptedException e) {
      LOG.log(Level.WARNING, "a lane was interrupted while requests may be waiting");
      refuseTheRest();
    } finally {
      if (!stopping) {
        watch.begin(); // what will never end
      }
    }
  }

  /**
   * Answers what has been waiting for {@code age} or longer with {@code STORAGE_UNAVAILABLE}. What
   * has not been given to the database yet will not be; the rest may be stored after all, as where
   * any answer is lost. Any thread may call.
   */
  void failOlderThan(Duration age) {
    inDatabase.stream()
        .filter(each -> each.progress().isOlderThan(age))
        .forEach(each -> each.fail(FailureCode.STORAGE_UNAVAILABLE));
    Batch<S> overdue = queue.removeOlderThan(age);
    queue.release(overdue);
    overdue.submissions().forEach(each -> each.fail(FailureCode.STORAGE_UNAVAILABLE));
  }

  private void process(Batch<S> batch) {
    inDatabase = batch.submissions();
    batchSizes.record(batch.submissions().size());
    Step step = Traces.store(batch.submissions(), submission -> submission.progress().span());
    try {
      writer.accept(batch.submissions());
    } catch (RuntimeException | Error e) {
      // A fault of the program, or memory is short.
      String count = Integer.toString(batch.submissions().size());
      step.failed(e);
      LOG.log(Level.ERROR, "a batch of " + count + " requests was dropped", e);
      batch.submissions().forEach(Lane::failUnlessThatFailsToo);
    } finally {
      step.close();
      inDatabase = List.of();
      queue.release(batch);
    }
  }

  /** An answer that fails does not end the lane. */
  private static void failUnlessThatFailsToo(Submission submission) {
    try {
      submission.fail(FailureCode.STORAGE_UNAVAILABLE);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "an answer was dropped", e);
    }
  }

  private void refuseTheRest() {
    queue.close();
    for (Batch<S> rest = queue.poll(); !rest.submissions().isEmpty(); rest = queue.poll()) {
      Batch<S> refused = rest;
      replies.execute(
          () -> refused.submissions().forEach(each -> each.fail(FailureCode.SERVER_BUSY)));
      queue.release(refused);
    }
  }
}
