package imserver.rest;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Has the lines of a body stored as they arrive, on threads that wait for the database. */
final class ImportSink implements BodySink<ImportCounts> {

  /** More than a few million lines; the rest comes with the next request. */
  private static final long MAX_BYTES = 1L << 30;

  /** As of an upload. */
  private static final long SLOWEST = 2 * 1024;

  /** Runs what waits for the database. */
  interface Worker {
    <T> CompletionStage<T> run(Callable<T> work);
  }

  private final ImportLines lines;
  private final Worker worker;
  private final Consumer<ImportCounts> atEnd;
  private boolean isWorking;
  private boolean isClosed;
  private boolean isEnded;

  /**
   * A sink.
   *
   * @param atEnd given the counts, once, when nothing more is stored
   */
  ImportSink(ImportLines lines, Worker worker, Consumer<ImportCounts> atEnd) {
    this.lines = lines;
    this.worker = worker;
    this.atEnd = atEnd;
  }

  @Override
  public long maxBytes() {
    return MAX_BYTES;
  }

  @Override
  public long slowest() {
    return SLOWEST;
  }

  @Override
  public Problem tooLarge() {
    return Problem.tooLarge("an import must have at most " + MAX_BYTES + " bytes");
  }

  @Override
  public CompletableFuture<Void> write(byte[] bytes, int length) {
    return step(
        () -> {
          lines.take(bytes, length);
          return null;
        });
  }

  @Override
  public CompletableFuture<ImportCounts> finish() {
    return step(
        () -> {
          lines.end();
          return lines.counts();
        });
  }

  private <T> CompletableFuture<T> step(Callable<T> work) {
    synchronized (this) {
      if (isClosed) {
        return CompletableFuture.failedFuture(Problem.timeout());
      }
      isWorking = true;
    }
    return worker.run(work).toCompletableFuture().whenComplete((value, error) -> worked());
  }

  private void worked() {
    boolean end;
    synchronized (this) {
      isWorking = false;
      end = isClosed;
    }
    if (end) {
      end();
    }
  }

  /** What was stored stays; the same body again is safe. */
  @Override
  public boolean keepsParts() {
    return false;
  }

  @Override
  public void close() {
    boolean end;
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      end = !isWorking;
    }
    if (end) {
      end();
    }
  }

  private void end() {
    synchronized (this) {
      if (isEnded) {
        return;
      }
      isEnded = true;
    }
    atEnd.accept(lines.counts());
  }
}
