package imserver.rest;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * What came of a request's body.
 *
 * @param bytes what JAX-RS shall read
 * @param complete whether the client has sent it to its end
 * @param problem why the request is refused; null if nothing is wrong with its body
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RequestBody(byte[] bytes, boolean complete, @Nullable Problem problem) {

  static final RequestBody EMPTY = new RequestBody(new byte[0], true, null);

  /** The same with a reason to refuse it, unless it has one, or that is null. */
  RequestBody orRefused(@Nullable Problem refusal) {
    return problem != null || refusal == null ? this : new RequestBody(bytes, complete, refusal);
  }

  /**
   * The same with a reason to refuse it. That the server is busy is said also where not all of it
   * was read to be dropped: who sends much is not to think that it is too much.
   */
  RequestBody refused(Problem refusal) {
    return refusal.status() == HttpServletResponse.SC_SERVICE_UNAVAILABLE
        ? new RequestBody(bytes, complete, refusal)
        : orRefused(refusal);
  }

  /**
   * The status of the answer where the body was not read to its end, else 0. After these Tomcat
   * closes the connection. After others it would read on: for ever, where the body is in chunks.
   */
  int unreadStatus() {
    return complete || problem == null ? 0 : problem.status();
  }
}
