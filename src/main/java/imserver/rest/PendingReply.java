package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.packet.FailureCode;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Success;
import imserver.session.Requester;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes the answer to one HTTP request in place of a connection, and completes a future with it.
 */
final class PendingReply implements Requester {

  private static final long NO_ID = 0;

  private final UserPrincipal user;
  private final CompletableFuture<Long> messageId = new CompletableFuture<>();

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
      messageId.complete(success.messageId());
    } else if (answer instanceof Failure failure) {
      messageId.completeExceptionally(Problem.of(failure.code(), failure.message()));
    }
  }

  @Override
  public void marked() {
    messageId.complete(NO_ID);
  }

  /** The id of the message when it is stored, or any number; or a {@link Problem}. */
  CompletableFuture<Long> messageId() {
    return messageId;
  }

  /**
   * Waits until it is done; the id of the message, if it was one. Not on a thread of the container.
   *
   * @throws Problem if it was not done, or perhaps not
   */
  long await() {
    try {
      return messageId.get(DatabaseExecutor.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
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
