package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.monitoring.Meters;
import imserver.packet.FailureCode;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Marked;
import imserver.packet.Response.Recalled;
import imserver.packet.Response.Success;
import imserver.query.DatabaseExecutor;
import imserver.session.Mark;
import imserver.session.Requester;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes the answer to one HTTP request in place of a connection, and completes a future with it.
 */
final class PendingReply implements Requester {

  private static final long NO_NUMBER = 0;

  private final UserPrincipal user;
  private final CompletableFuture<Long> number = new CompletableFuture<>();

  PendingReply(UserPrincipal user) {
    this.user = user;
  }

  @Override
  public UserPrincipal user() {
    return user;
  }

  @Override
  public void send(Response answer) {
    if (answer instanceof Success success) {
      number.complete(success.messageId());
    } else if (answer instanceof Marked marked) {
      number.complete(marked.unread());
    } else if (answer instanceof Recalled) {
      number.complete(NO_NUMBER);
    } else if (answer instanceof Failure failure) {
      Meters.requestFailed(failure.code().name());
      number.completeExceptionally(Problem.of(failure.code(), failure.message()));
    }
  }

  @Override
  public void marked(List<Mark> marks) {
    number.complete(NO_NUMBER);
  }

  /**
   * Completed when it is done: with the id of the message that was stored, with how many are still
   * unread where some were marked up to one, else with any number; or with a {@link Problem}.
   */
  CompletableFuture<Long> number() {
    return number;
  }

  /**
   * Waits until it is done; see {@link #number}. Not on a thread of the container.
   *
   * @throws Problem if it was not done, or perhaps not
   */
  long await() {
    try {
      return number.get(DatabaseExecutor.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Problem problem) {
        throw problem;
      }
      throw new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw Problem.of(FailureCode.STORAGE_UNAVAILABLE, "no answer in time, try again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(FailureCode.SERVER_BUSY, "the server is stopping, try again");
    }
  }
}
