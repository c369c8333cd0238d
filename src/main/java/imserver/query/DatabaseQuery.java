package imserver.query;

import imserver.packet.FailureCode;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** One query of the {@link DatabaseExecutor}: asks the database, and completes the answer. */
final class DatabaseQuery<T> implements UserTurns.Task {

  private final CompletableFuture<T> answer;
  private final Callable<T> work;
  private final Executor answering;
  private final Runnable atEnd;

  /**
   * A query that has not begun.
   *
   * @param answer completed with what {@code work} returns or throws
   * @param answering completes it, so that the thread that asked is free again
   * @param atEnd run once, when the query is done, refused or not wanted any more
   */
  DatabaseQuery(CompletableFuture<T> answer, Callable<T> work, Executor answering, Runnable atEnd) {
    this.answer = answer;
    this.work = work;
    this.answering = answering;
    this.atEnd = atEnd;
  }

  @Override
  public void run() {
    if (answer.isDone()) { // nobody waits for it any more
      atEnd.run();
      return;
    }
    Runnable outcome = outcome();
    answering.execute(
        () -> {
          try {
            outcome.run();
          } finally {
            atEnd.run();
          }
        });
  }

  private Runnable outcome() {
    try {
      T found = work.call();
      return () -> answer.complete(found);
    } catch (Exception | Error e) {
      return () -> answer.completeExceptionally(e);
    }
  }

  @Override
  public void refuse() {
    atEnd.run();
    answer.completeExceptionally(
        new RefusedException(FailureCode.SERVER_BUSY, "too many requests are waiting, try again"));
  }

  /**
   * Leaves its place in the queue to others as soon as it was answered with a failure without
   * having begun: it has waited for too long, or the server stops.
   *
   * @param remove takes it out of the queue; false where it is not there any more
   */
  void leaveUnlessWanted(BooleanSupplier remove) {
    var unused =
        answer.whenComplete(
            (value, error) -> {
              if (error != null && remove.getAsBoolean()) {
                atEnd.run();
              }
            });
  }
}
