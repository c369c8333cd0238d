package imserver.rest;

import imserver.auth.CredentialVerifier;
import imserver.auth.UserPrincipal;
import imserver.query.DatabaseExecutor;
import imserver.query.UserQuota;
import imserver.session.UserBudgets;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Has no thread of the container wait for a client: bodies are collected, and answers written, as
 * the network takes them. JAX-RS and {@code imserver.web.StaticFiles} read and write memory alone.
 * Only handshakes of sockets pass through.
 *
 * <p>On Payara and GlassFish each answer closes its connection, and bodies over HTTP/2 are read by
 * the container's threads (see the package).
 *
 * <ol>
 *   <li>Where a request has a body, that is read first: {@link AsyncBodyReader}, or a file by
 *       {@link UploadReader}; then the container dispatches the request here anew.
 *   <li>JAX-RS is asked: what it writes is kept by {@link BufferedResponse}.
 *   <li>What it has answered, at once or later, is written: {@link ResponseWriter}.
 * </ol>
 */
public class NonBlockingFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private static final System.Logger LOG = System.getLogger(NonBlockingFilter.class.getName());

  /** How long a client may take to send a body, and to read an answer. */
  static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(10);

  /** The same for a file: its bytes are shared, so that a slow reader costs no memory. */
  private static final Duration FILE_TIMEOUT = Duration.ofSeconds(60);

  /** A notice to all is sent portion by portion; only the host application can ask for it. */
  private static final Duration JOB_TIMEOUT = Duration.ofMinutes(30);

  /** Servers that may lose the request that comes next on the connection of an asynchronous one. */
  private static final List<String> GRIZZLY = List.of("Payara", "GlassFish");

  /** Where sockets are opened, by {@code imserver.endpoint}. */
  private static final String SOCKET = "/imserver";

  /** The servlets of JAX-RS. */
  private static final List<String> REST = List.of("/api", "/message");

  /** Half a dozen of the longest. */
  private static final int MAX_ANSWER_BYTES = 8 << 20;

  /**
   * So many of an answer count for one more request. With four times as many, the p99 of others was
   * up to four times as high while one user asked for pages of a megabyte; with these it is not
   * half as high again.
   */
  private static final int BYTES_OF_A_REQUEST = 16 * 1024;

  /** Shorter answers are not counted: there is one for each connection. */
  private static final int SHORT = BYTES_OF_A_REQUEST;

  private final transient RequestBodies bodies = new RequestBodies();
  private final transient UserQuota answers = new UserQuota(MAX_ANSWER_BYTES);
  private final transient SharedFiles files = new SharedFiles();

  @Inject private transient CredentialVerifier verifier;
  @Inject private transient UserBudgets budgets;
  @Inject private transient FileBodies uploads;
  @Inject private transient ImportBodies imports;

  private boolean closing;

  /** For the container, which injects the rest. */
  public NonBlockingFilter() {}

  /** Where bodies are read without a container. */
  NonBlockingFilter(
      CredentialVerifier verifier, UserBudgets budgets, FileBodies uploads, ImportBodies imports) {
    this.verifier = verifier;
    this.budgets = budgets;
    this.uploads = uploads;
    this.imports = imports;
  }

  @Override
  public void init() {
    String server = getServletContext().getServerInfo();
    closing = GRIZZLY.stream().anyMatch(server::contains);
    Problem.tellAll();
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (isHandshake(request)) {
      chain.doFilter(request, response); // who refuses it closes the connection
      return;
    }
    if (closing) {
      response.setHeader("Connection", "close");
    }
    RequestBody body = RequestBodies.take(request);
    if (body != null) {
      ask(request, response, chain, body);
    } else if (hasBody(request) && FileBodies.isFile(request)) {
      stream(
          request,
          response,
          chain,
          uploads::admit,
          uploads::read,
          uploads::readHere,
          uploads.maxBytes());
    } else if (hasBody(request) && ImportBodies.isImport(request)) {
      stream(
          request,
          response,
          chain,
          imports::admit,
          imports::read,
          imports::readHere,
          ImportBodies.DROPPED_BYTES);
    } else if (closing && isHttp2(request) && hasBody(request)) {
      ask(request, response, chain, bodies.readHere(request, Bearer.verified(request, verifier)));
    } else if (hasBody(request)) {
      bodies.read(request, response, Bearer.verified(request, verifier));
    } else {
      ask(request, response, chain, RequestBody.EMPTY);
    }
  }

  /** Reads a body that was let in. */
  private interface Reading<S> {
    void read(HttpServletRequest request, HttpServletResponse response, S sink) throws IOException;
  }

  /**
   * Has a body handed over as it arrives.
   *
   * @param admit lets it in, or throws a {@link Problem}
   * @param droppedBytes so much of one that is refused is read, so that its client sees the answer
   */
  private <S> void stream(
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain,
      BiFunction<HttpServletRequest, @Nullable UserPrincipal, S> admit,
      Reading<S> reading,
      BiFunction<HttpServletRequest, S, RequestBody> readHere,
      long droppedBytes)
      throws IOException, ServletException {
    UserPrincipal caller = Bearer.verified(request, verifier);
    try {
      S sink = admit.apply(request, caller);
      if (closing && isHttp2(request)) {
        ask(request, response, chain, readHere.apply(request, sink));
      } else {
        reading.read(request, response, sink);
      }
    } catch (Problem problem) {
      if (caller == null) {
        bodies.read(request, response, null); // only to be dropped
      } else if (closing && isHttp2(request)) {
        ask(request, response, chain, RequestBody.EMPTY.orRefused(problem));
      } else {
        RequestBodies.drop(request, response, problem, droppedBytes);
      }
    }
  }

  /** RFC 6455 gives it no body: one that has is read like any other, and refused. */
  private static boolean isHandshake(HttpServletRequest request) {
    return isUnder(SOCKET, request.getServletPath())
        && "websocket".equalsIgnoreCase(request.getHeader("Upgrade"))
        && !hasBody(request);
  }

  private static boolean isFile(HttpServletRequest request) {
    return REST.stream().noneMatch(request.getServletPath()::equals)
        && !isUnder(SOCKET, request.getServletPath());
  }

  private static boolean isUnder(String folder, String path) {
    return path.equals(folder) || path.startsWith(folder + "/");
  }

  /** HTTP/2 may give no length; HTTP/1.1 has no body then but in chunks. */
  private static boolean hasBody(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    return length > 0
        || (length < 0 && (request.getHeader("Transfer-Encoding") != null || isHttp2(request)));
  }

  private static boolean isHttp2(HttpServletRequest request) {
    return request.getProtocol().startsWith("HTTP/2");
  }

  private void ask(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain, RequestBody body)
      throws IOException, ServletException {
    if (request.getServletPath().equals("/message")) {
      request.setAttribute(ReplacementResponse.ORIGINAL, true);
    }
    if (body.problem() != null) {
      request.setAttribute(BearerFilter.PROBLEM, body.problem());
    }
    BufferedResponse answer =
        new BufferedResponse(response, request.getMethod().equals("HEAD"), body.unreadStatus());
    AfterDispatch afterDispatch = new AfterDispatch();
    ResponseEndListener listener = new ResponseEndListener();
    BufferedRequest asked =
        new BufferedRequest(
            request,
            answer,
            body.bytes(),
            timeout(request),
            listener,
            async -> afterDispatch.run(() -> write(request, response, answer, async, listener)));
    chain.doFilter(asked, answer);
    if (asked.wentAsync()) { // the container's own word for it may be false again by now
      afterDispatch.leave();
    } else {
      AsyncContext async = request.startAsync(request, response);
      async.setTimeout((isFile(request) ? FILE_TIMEOUT : CLIENT_TIMEOUT).toMillis());
      async.addListener(listener);
      // The last that is done within the filter, which is all that AfterDispatch would see to.
      write(request, response, answer, async, listener);
    }
  }

  /** Of what JAX-RS does, and then of the writing. */
  private static Duration timeout(HttpServletRequest request) {
    boolean job = request.getRequestURI().endsWith("/notices");
    return (job ? JOB_TIMEOUT : DatabaseExecutor.DEADLINE).plus(CLIENT_TIMEOUT);
  }

  /** Begins to write; where that cannot be the request is ended. */
  private void write(
      HttpServletRequest request,
      HttpServletResponse response,
      BufferedResponse asked,
      AsyncContext async,
      ResponseEndListener listener) {
    try {
      startWriter(request, response, asked, async, listener);
    } catch (IOException | RuntimeException e) { // as of a stream of HTTP/2 that is reset
      LOG.log(Level.DEBUG, "an answer cannot be written: {0}", e.toString());
      end(response, async);
    }
  }

  private void startWriter(
      HttpServletRequest request,
      HttpServletResponse response,
      BufferedResponse asked,
      AsyncContext async,
      ResponseEndListener listener)
      throws IOException {
    byte[] answer = asked.finish();
    if (isFile(request) && response.getStatus() == HttpServletResponse.SC_OK) {
      answer = files.share(response.getHeader("ETag"), answer);
    }
    int length = answer.length;
    ServletOutputStream out = response.getOutputStream(); // before the quota: it may throw
    UserPrincipal caller = answer.length < SHORT ? null : Bearer.caller(request);
    if (caller != null && !caller.service()) {
      budgets.requests().owe(caller.userId(), length / BYTES_OF_A_REQUEST);
    }
    boolean refused = caller != null && !answers.take(caller, length);
    ResponseWriter writer =
        new ResponseWriter(
            out,
            refused ? ReplacementResponse.tooManyUnread(request, response) : answer,
            async::complete,
            () -> {
              if (caller != null && !refused) {
                answers.giveBack(caller, length);
              }
            });
    if (!listener.passTo(writer)) {
      writer.onError(new IOException("the request has ended before its answer"));
      return;
    }
    try {
      out.setWriteListener(writer);
    } catch (RuntimeException e) {
      writer.onError(e);
      throw e;
    }
  }

  /** Ends a request without its answer, unless the container has ended it. */
  private static void end(HttpServletResponse response, AsyncContext async) {
    try {
      if (!response.isCommitted()) {
        response.reset();
        response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
      }
      async.complete();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "a request has ended by itself: {0}", e.toString());
    }
  }
}
