package imserver.rest;

import imserver.auth.CredentialVerifier;
import imserver.auth.UserPrincipal;
import imserver.packet.FailureCode;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Has no thread of the container wait for a client: bodies are collected, and answers written, as
 * the network takes them. JAX-RS reads and writes memory alone.
 *
 * <p>A request passes here up to three times, each time dispatched by the container anew, since a
 * time-out can only be set for each dispatch:
 *
 * <ol>
 *   <li>where it has a body, that is read first: {@link BodyReader};
 *   <li>then JAX-RS is asked, at once or after the body: what it writes is kept by {@link
 *       BufferedResponse};
 *   <li>what it has answered, at once or later, is written: {@link AnswerWriter}.
 * </ol>
 */
@WebFilter(
    urlPatterns = {"/api/*", "/message/*"},
    asyncSupported = true,
    dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class NonBlockingFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** How long a client may take to send a body, and to read an answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * How long what is not admitted is read, to be dropped: that of strangers, and too much at once.
   */
  private static final Duration PATIENCE_TO_DROP = Duration.ofSeconds(2);

  private static final String BODY = NonBlockingFilter.class.getName() + ".body";
  private static final String ANSWER = NonBlockingFilter.class.getName() + ".answer";

  /** Under our own mapping, so that it comes here and nowhere else. */
  private static final String ANSWER_PATH = "/api/answer";

  /** Of a megabyte each at most. */
  private static final int MAX_BODIES = 8;

  /** Half a dozen of the longest. */
  private static final int MAX_ANSWER_BYTES = 8 << 20;

  /** Shorter ones are not counted: there is one for each connection. */
  private static final int SHORT = 16 * 1024;

  private final transient UserQuota bodies = new UserQuota(MAX_BODIES);
  private final transient UserQuota answers = new UserQuota(MAX_ANSWER_BYTES);

  @Inject private transient CredentialVerifier verifier;

  /** For the container, which injects the rest. */
  public NonBlockingFilter() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getAttribute(ANSWER) instanceof byte[] answer) {
      write(request, response, answer);
    } else if (request.getAttribute(BODY) instanceof RequestBody body) {
      ask(request, response, chain, body);
    } else if (hasBody(request)) {
      read(request, response);
    } else {
      ask(request, response, chain, RequestBody.EMPTY);
    }
  }

  /** HTTP/2 may tell of no length; HTTP/1.1 has no body then but in chunks. */
  private static boolean hasBody(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    return length > 0
        || (length < 0
            && (request.getHeader("Transfer-Encoding") != null
                || request.getProtocol().startsWith("HTTP/2")));
  }

  private void read(HttpServletRequest request, HttpServletResponse response) throws IOException {
    UserPrincipal caller = Bearer.verified(request, verifier);
    boolean admitted = caller != null && bodies.take(caller, 1);
    Problem refusal =
        caller == null || admitted
            ? null
            : Problem.of(FailureCode.RATE_LIMITED, "too many bodies of this user are on their way");
    AsyncContext async = request.startAsync(request, response);
    async.setTimeout((admitted ? PATIENCE : PATIENCE_TO_DROP).toMillis());
    BodyReader reader =
        new BodyReader(
            request.getInputStream(),
            admitted,
            body -> {
              request.setAttribute(BODY, body.orRefused(refusal));
              async.dispatch();
            },
            () -> {
              if (caller != null && admitted) {
                bodies.giveBack(caller, 1);
              }
            });
    async.addListener(reader);
    request.getInputStream().setReadListener(reader);
  }

  private void ask(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain, RequestBody body)
      throws IOException, ServletException {
    request.removeAttribute(BODY);
    if (request.getServletPath().equals("/message")) {
      request.setAttribute(Refusal.ORIGINAL, true);
    }
    if (body.problem() != null) {
      request.setAttribute(BearerFilter.PROBLEM, body.problem());
    }
    BufferedResponse answer =
        new BufferedResponse(response, request.getMethod().equals("HEAD"), body.unreadStatus());
    BufferedRequest asked =
        new BufferedRequest(
            request,
            answer,
            body.bytes(),
            async -> {
              request.setAttribute(ANSWER, answer.finish());
              async.dispatch(ANSWER_PATH);
            });
    chain.doFilter(asked, answer);
    if (!asked.wentAsync()) { // the container's own word for it is false again by now
      write(request, response, answer.finish());
    }
  }

  private void write(HttpServletRequest request, HttpServletResponse response, byte[] answer)
      throws IOException {
    request.removeAttribute(ANSWER);
    UserPrincipal caller = Bearer.caller(request);
    long counted = answer.length < SHORT || caller == null ? 0 : answer.length;
    if (counted > 0 && caller != null && !answers.take(caller, counted)) {
      byte[] refusal = Refusal.tooManyUnread(request, response);
      write(request, response, refusal, () -> {});
    } else {
      write(
          request,
          response,
          answer,
          () -> {
            if (counted > 0 && caller != null) {
              answers.giveBack(caller, counted);
            }
          });
    }
  }

  private static void write(
      HttpServletRequest request, HttpServletResponse response, byte[] answer, Runnable atEnd)
      throws IOException {
    AsyncContext async = request.startAsync(request, response);
    async.setTimeout(PATIENCE.toMillis());
    AnswerWriter writer =
        new AnswerWriter(response.getOutputStream(), answer, async::complete, atEnd);
    async.addListener(writer);
    response.getOutputStream().setWriteListener(writer);
  }
}
