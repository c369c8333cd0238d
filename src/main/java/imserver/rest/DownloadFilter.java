package imserver.rest;

import imserver.auth.RemoteAddresses;
import imserver.file.Download;
import imserver.file.FileAddresses;
import imserver.file.FileVariant;
import imserver.file.MediaTypes;
import imserver.file.Uploads;
import imserver.packet.FailureCode;
import imserver.query.FairPlaces;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives files out by their signed addresses ({@link FileAddresses}), to whoever has one: an {@code
 * <img>} sends no credential, so nobody knows which user it is. Many downloads at once are bounded
 * in all, and shared out fairly between clients, by their addresses, and between files ({@link
 * FairPlaces}): who holds many of a file keeps nobody from another one. No thread of the container
 * waits.
 *
 * <p>What was uploaded by one user is shown to another: only images, sounds and films are shown in
 * a page, all else is offered to be saved, and nothing of it runs.
 */
public class DownloadFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private static final System.Logger LOG = System.getLogger(DownloadFilter.class.getName());

  private static final Pattern PATH = Pattern.compile("/files/(\\d{1,16})/(content|preview)");

  /**
   * At once, with 64 KiB of each in memory; one address, behind which may be a school, has half,
   * and so has one file.
   */
  private static final int OF_ALL = 400;

  /** A client may take so long, and for each byte as if it took 16 KiB a second. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final long BYTES_A_MILLISECOND = 16;

  /** The attribute of a request whose answer cannot be completed. */
  private static final String BROKEN = DownloadFilter.class.getName() + ".broken";

  /** As in {@link NonBlockingFilter}. */
  private static final List<String> GRIZZLY = List.of("Payara", "GlassFish");

  private final transient FairPlaces<String> clients = new FairPlaces<>(OF_ALL);
  private final transient FairPlaces<Long> files = new FairPlaces<>(OF_ALL);

  @Inject private transient Uploads uploads;
  @Inject private transient FileAddresses addresses;
  @Inject private transient RemoteAddresses remote;

  private boolean closing;

  /** For the container, which injects the rest. */
  public DownloadFilter() {}

  @Override
  public void init() {
    String server = getServletContext().getServerInfo();
    closing = GRIZZLY.stream().anyMatch(server::contains);
    addresses.setContextPath(getServletContext().getContextPath());
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getAttribute(BROKEN) != null) {
      if (response.isCommitted()) {
        throw new IOException("the rest of a file cannot be had"); // so the connection is closed
      }
      response.reset();
      response.setHeader("Access-Control-Allow-Origin", "*");
      busy(response);
      return;
    }
    String path = request.getPathInfo();
    Matcher file = PATH.matcher(path == null ? "" : path);
    String method = request.getMethod();
    if (!file.matches() || !(method.equals("GET") || method.equals("HEAD"))) {
      chain.doFilter(request, response);
      return;
    }
    if (closing) {
      response.setHeader("Connection", "close");
    }
    response.setHeader("Access-Control-Allow-Origin", "*"); // the address is the credential
    FileVariant variant =
        file.group(2).equals("content") ? FileVariant.CONTENT : FileVariant.PREVIEW;
    long id = Long.parseLong(file.group(1));
    Map<String, String> query = query(request);
    boolean sealed = "1".equals(query.get(FileAddresses.SEALED));
    Optional<Duration> left =
        addresses.timeLeft(
            id,
            variant,
            sealed,
            query.get(FileAddresses.EXPIRES),
            query.get(FileAddresses.SIGNATURE));
    if (left.isEmpty()) {
      refuse(response, Problem.forbidden(""));
      return;
    }
    String client = remote.networkOf(request);
    if (!clients.take(client)) {
      busy(response);
      return;
    }
    if (!files.take(id)) {
      clients.giveBack(client);
      busy(response);
      return;
    }
    start(request, response, new Wanted(id, variant, sealed, left.get()), client);
  }

  private static Map<String, String> query(HttpServletRequest request) {
    try {
      return FileBodies.query(request.getQueryString());
    } catch (IllegalArgumentException e) { // an address that was not made here
      return Map.of();
    }
  }

  private record Wanted(long id, FileVariant variant, boolean sealed, Duration left) {}

  private static void busy(HttpServletResponse response) {
    response.setHeader("Retry-After", "1");
    refuse(response, Problem.of(FailureCode.SERVER_BUSY, ""));
  }

  /** Without its text: who asks is a page that shows a file. */
  private static void refuse(HttpServletResponse response, Problem problem) {
    problem.count();
    response.setStatus(problem.status());
    response.setHeader("Cache-Control", "no-store");
    response.setContentLength(0);
  }

  private void start(
      HttpServletRequest request, HttpServletResponse response, Wanted wanted, String client)
      throws IOException {
    AsyncContext async;
    try {
      async = request.startAsync(request, response);
    } catch (RuntimeException e) {
      clients.giveBack(client);
      files.giveBack(wanted.id());
      throw e;
    }
    async.setTimeout(TIMEOUT.toMillis() + uploads.maxBytes() / BYTES_A_MILLISECOND);
    Listener listener = new Listener();
    listener.atEnd(() -> clients.giveBack(client));
    listener.atEnd(() -> files.giveBack(wanted.id()));
    async.addListener(listener);
    AfterDispatch afterDispatch = new AfterDispatch();
    var unused =
        uploads
            .download(wanted.id(), wanted.variant(), wanted.sealed())
            .whenComplete(
                (found, error) -> {
                  try {
                    afterDispatch.run(
                        () ->
                            answer(
                                request,
                                response,
                                async,
                                wanted,
                                error == null ? found.orElse(null) : null,
                                error,
                                listener));
                  } catch (IOException | RuntimeException e) {
                    LOG.log(Level.DEBUG, "a file is not given out: {0}", e.toString());
                    breakOff(request, async);
                  }
                });
    afterDispatch.leave();
  }

  private void answer(
      HttpServletRequest request,
      HttpServletResponse response,
      AsyncContext async,
      Wanted wanted,
      @Nullable Download file,
      @Nullable Throwable error,
      Listener listener)
      throws IOException {
    if (file == null) {
      refuse(response, error == null ? Problem.notFound("") : ProblemMapper.of(error));
      end(response, async);
      return;
    }
    ByteRange range = head(request, response, file, wanted.left());
    if (range.isEmpty() || request.getMethod().equals("HEAD")) {
      end(response, async);
      return;
    }
    var out = response.getOutputStream();
    Watch watch = new Watch();
    DownloadWriter writer =
        new DownloadWriter(
            out, file::read, range, async::complete, () -> breakOff(request, async), watch::cancel);
    watch.of(uploads.every(DownloadWriter.WATCH, writer::watch));
    listener.atEnd(writer::stop);
    out.setWriteListener(writer);
  }

  /**
   * Ends an answer without a body. GlassFish would make 200 of 304 unless its headers were written.
   * Elsewhere that could wait for a client that does not read; there the connection carries nothing
   * else.
   */
  private void end(HttpServletResponse response, AsyncContext async) throws IOException {
    if (closing) {
      response.flushBuffer();
    }
    async.complete();
  }

  /** Writes the headers; which bytes follow. */
  private static ByteRange head(
      HttpServletRequest request, HttpServletResponse response, Download file, Duration left) {
    String tag = file.entityTag();
    response.setHeader("ETag", tag);
    response.setHeader("Cache-Control", "private, max-age=" + left.toSeconds() + ", immutable");
    response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    response.setHeader("Content-Security-Policy", "sandbox; default-src 'none'");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Accept-Ranges", "bytes");
    String known = request.getHeader("If-None-Match");
    if (known != null && (known.strip().equals("*") || known.contains(tag))) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return new ByteRange(0, 0);
    }
    String type = file.type();
    response.setContentType(type.equals("text/plain") ? "text/plain;charset=UTF-8" : type);
    response.setHeader("Content-Disposition", disposition(type, file.file().name()));
    String condition = request.getHeader("If-Range");
    ByteRange range =
        condition == null || condition.equals(tag)
            ? ByteRange.of(request.getHeader("Range"), file.size())
            : null;
    if (range == null) {
      response.setContentLengthLong(file.size());
      return new ByteRange(0, file.size());
    }
    if (range.isEmpty()) {
      response.setStatus(HttpServletResponse.SC_REQUESTED_RANGE_NOT_SATISFIABLE);
      response.setHeader("Content-Range", "bytes */" + file.size());
      response.setContentLength(0);
      return range;
    }
    response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
    response.setHeader(
        "Content-Range", "bytes %d-%d/%d".formatted(range.first(), range.end() - 1, file.size()));
    response.setContentLengthLong(range.end() - range.first());
    return range;
  }

  /** RFC 6266: a name in ASCII for who knows no other, and the name itself (RFC 8187). */
  static String disposition(String type, String name) {
    String plain = name.replaceAll("[^\\x20-\\x7e]|[\"\\\\%]", "_");
    String encoded =
        URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
    return "%s; filename=\"%s\"; filename*=UTF-8''%s"
        .formatted(MediaTypes.isInline(type) ? "inline" : "attachment", plain, encoded);
  }

  /**
   * Has a thread of the container end the connection: the client sees that something is missing.
   */
  private static void breakOff(HttpServletRequest request, AsyncContext async) {
    try {
      request.setAttribute(BROKEN, true);
      async.dispatch();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "a request has ended by itself: {0}", e.toString());
    }
  }

  /** Does what is to be done when a request has ended, once; at once where it has ended before. */
  private static final class Listener implements AsyncListener {
    private final List<Runnable> tasks = new ArrayList<>();
    private boolean over;

    void atEnd(Runnable task) {
      synchronized (this) {
        if (!over) {
          tasks.add(task);
          return;
        }
      }
      task.run();
    }

    private void end() {
      List<Runnable> all;
      synchronized (this) {
        over = true;
        all = List.copyOf(tasks);
        tasks.clear();
      }
      all.forEach(Runnable::run);
    }

    @Override
    public void onComplete(AsyncEvent event) {
      end();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      end();
    }

    @Override
    public void onError(AsyncEvent event) {
      end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }
}
