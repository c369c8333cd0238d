package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.packet.FailureCode;
import imserver.query.UserQuota;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Collects the bodies of requests: of one user a few at a time, and of strangers none. What is not
 * admitted is read for a short while, only to be dropped. Safe for use by several threads.
 */
final class RequestBodies {

  /**
   * How long what is not admitted is read, to be dropped: that of strangers, and too much at once.
   */
  private static final Duration DROP_TIMEOUT = Duration.ofSeconds(2);

  /** Of one user at a time, of a megabyte each at most. */
  private static final int MAX_BODIES = 8;

  /** The attribute of a request with its body, between two dispatches. */
  private static final String BODY = RequestBodies.class.getName() + ".body";

  private final UserQuota quota = new UserQuota(MAX_BODIES);

  /** The body that was collected for this request, once; null where none was. */
  static @Nullable RequestBody take(HttpServletRequest request) {
    RequestBody body = (RequestBody) request.getAttribute(BODY);
    if (body != null) {
      request.removeAttribute(BODY);
    }
    return body;
  }

  /** What {@link #take} gives when the container has dispatched the request anew. */
  static void put(HttpServletRequest request, RequestBody body) {
    request.setAttribute(BODY, body);
  }

  /**
   * Reads a body on this thread, of one user for few at a time, and of strangers not at all: over
   * HTTP/2, where a connection cannot be closed after each request, Grizzly dispatches some of the
   * requests twice whose bodies are read asynchronously.
   *
   * @param caller null for a stranger
   */
  RequestBody readHere(HttpServletRequest request, @Nullable UserPrincipal caller) {
    if (caller == null) {
      return RequestBody.EMPTY;
    }
    if (!quota.take(caller, 1)) {
      return RequestBody.EMPTY.orRefused(tooManyBodies());
    }
    try {
      byte[] bytes = request.getInputStream().readNBytes(BodyText.MAX_BYTES + 1);
      return bytes.length > BodyText.MAX_BYTES
          ? new RequestBody(new byte[0], false, BodyText.tooLarge())
          : new RequestBody(bytes, true, null);
    } catch (IOException e) { // it has not come in time, or the client is gone
      return new RequestBody(new byte[0], false, Problem.timeout());
    } finally {
      quota.giveBack(caller, 1);
    }
  }

  /**
   * Reads a body as it arrives, on no thread; then has the container dispatch the request anew,
   * with the body that {@link #take} gives.
   *
   * @param caller null for a stranger
   */
  void read(
      HttpServletRequest request, HttpServletResponse response, @Nullable UserPrincipal caller)
      throws IOException {
    AsyncContext async = request.startAsync(request, response);
    ServletInputStream in = request.getInputStream(); // before the quota: it may throw
    boolean admitted = caller != null && quota.take(caller, 1);
    Problem refusal = caller == null || admitted ? null : tooManyBodies();
    AfterDispatch afterDispatch = new AfterDispatch();
    AsyncBodyReader reader =
        new AsyncBodyReader(
            in,
            admitted,
            body -> {
              request.setAttribute(BODY, body.orRefused(refusal));
              afterDispatch.run(async::dispatch);
            },
            () -> {
              if (caller != null && admitted) {
                quota.giveBack(caller, 1);
              }
            });
    try {
      async.setTimeout((admitted ? NonBlockingFilter.CLIENT_TIMEOUT : DROP_TIMEOUT).toMillis());
      async.addListener(reader);
      in.setReadListener(reader);
    } catch (RuntimeException e) { // the request has ended, as a stream of HTTP/2 that is reset
      reader.onError(e);
      throw e;
    }
    afterDispatch.leave();
  }

  /**
   * Reads a body only to drop it, and refuses the request: a browser that is answered before it has
   * sent all shows no answer.
   *
   * @param maxBytes more are not read
   */
  static void drop(
      HttpServletRequest request, HttpServletResponse response, Problem refusal, long maxBytes)
      throws IOException {
    AsyncContext async = request.startAsync(request, response);
    ServletInputStream in = request.getInputStream();
    AfterDispatch afterDispatch = new AfterDispatch();
    AsyncBodyReader reader =
        new AsyncBodyReader(
            in,
            false,
            maxBytes,
            body -> {
              put(request, body.refused(refusal));
              afterDispatch.run(async::dispatch);
            },
            () -> {});
    try {
      async.setTimeout(NonBlockingFilter.CLIENT_TIMEOUT.toMillis());
      async.addListener(reader);
      in.setReadListener(reader);
    } catch (RuntimeException e) {
      reader.onError(e);
      throw e;
    }
    afterDispatch.leave();
  }

  private static Problem tooManyBodies() {
    return Problem.of(FailureCode.RATE_LIMITED, "too many bodies of this user are on their way");
  }
}
