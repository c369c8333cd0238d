package imserver.container;

import imserver.session.Workers;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the container's connection and Tyrus, the WebSocket engine of Payara and
 * GlassFish, and keeps frames from it that are over the limit or not masked. Left to itself, Tyrus
 * buffers up to 4 MiB of a frame, closes what is longer with 1011 and a stack trace in the log,
 * reads what is not masked, and cuts off a client that is still writing before that has read why
 * ({@link LingeringConnection}).
 *
 * <p>Other engines refuse such frames themselves; and they cannot be filtered, since they do not
 * read by the Servlet API: Tomcat's would never see a byte.
 */
public class TyrusUpgradeHandler implements HttpUpgradeHandler {

  private static final String TYRUS = "org.glassfish.tyrus.";

  /** For the time in which the engine opens a session, by the thread that does. */
  private static final ThreadLocal<LingeringConnection> OPENING = new ThreadLocal<>();

  private @Nullable HttpUpgradeHandler engine;
  private @Nullable LingeringConnection lingering;
  private @Nullable Workers workers;
  private @Nullable Object request;
  private int maxFrame;

  /** For the container. */
  public TyrusUpgradeHandler() {}

  /**
   * Upgrades a request to an engine of the given class, with the frame limit where that is Tyrus's.
   *
   * @param maxFrame the longest message, in bytes
   */
  public static <T extends HttpUpgradeHandler> T upgrade(
      HttpServletRequest request, Class<T> type, int maxFrame, Workers workers)
      throws IOException, ServletException {
    if (!type.getName().startsWith(TYRUS)) {
      return request.upgrade(type);
    }
    T engine;
    try {
      engine = type.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new ServletException(e);
    }
    Object serverRequest = UpgradeLeakFix.serverRequest(request);
    StaleRequestFix.clear(serverRequest);
    TyrusUpgradeHandler handler = request.upgrade(TyrusUpgradeHandler.class);
    handler.request = serverRequest;
    GrizzlyWriteLimit.bound(serverRequest);
    handler.engine = engine;
    handler.maxFrame = maxFrame;
    handler.workers = workers;
    return engine;
  }

  @Override
  public void init(WebConnection connection) {
    try {
      LingeringConnection opened = new LingeringConnection(connection, maxFrame, workers());
      lingering = opened;
      OPENING.set(opened);
      engine().init(opened);
      opened.flushOwed(); // what it has written while it opened the session
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      OPENING.remove();
    }
  }

  /** The connection of the session that this thread is opening; null for none of Tyrus. */
  static @Nullable LingeringConnection opening() {
    return OPENING.get();
  }

  @Override
  public void destroy() {
    try {
      engine().destroy();
    } finally {
      LingeringConnection ended = lingering;
      if (ended != null) {
        ended.abandon();
      }
      UpgradeLeakFix.forget(request, this);
    }
  }

  private HttpUpgradeHandler engine() {
    return Objects.requireNonNull(engine, "upgraded without an engine");
  }

  private Workers workers() {
    return Objects.requireNonNull(workers, "upgraded without workers");
  }
}
