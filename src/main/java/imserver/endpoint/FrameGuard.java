package imserver.endpoint;

import imserver.session.Workers;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the container's connection and Tyrus, the WebSocket engine of Payara and
 * GlassFish, and keeps frames from it that are over the limit or not masked. Left to itself, Tyrus
 * buffers up to 4 MiB of a frame, closes what is longer with 1011 and a stack trace in the log,
 * reads what is not masked, and cuts off a client that is still writing before that has read why.
 *
 * <p>Other engines refuse such frames themselves; and they cannot be guarded, since they do not
 * read by the Servlet API: Tomcat's would never see a byte.
 */
public class FrameGuard implements HttpUpgradeHandler {

  private static final String TYRUS = "org.glassfish.tyrus.";

  /** How long a client that was refused is given to read why. As nginx's lingering_timeout. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final System.Logger LOG = System.getLogger(FrameGuard.class.getName());

  private @Nullable HttpUpgradeHandler engine;
  private @Nullable Workers workers;
  private @Nullable Object request;
  private int maxFrame;

  /** For the container. */
  public FrameGuard() {}

  /** Upgrades a request to an engine of the given class, guarded where that is Tyrus's. */
  static <T extends HttpUpgradeHandler> T upgrade(
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
    FrameGuard guard = request.upgrade(FrameGuard.class);
    guard.request = KeptRequest.of(request);
    guard.engine = engine;
    guard.maxFrame = maxFrame;
    guard.workers = workers;
    return engine;
  }

  @Override
  public void init(WebConnection connection) {
    try {
      engine().init(guarded(connection, new GuardedInput(connection.getInputStream(), maxFrame)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void destroy() {
    engine().destroy();
    KeptRequest.forget(request, this);
  }

  private HttpUpgradeHandler engine() {
    return Objects.requireNonNull(engine, "upgraded without an engine");
  }

  @SuppressWarnings("try") // close() throws what the interface lets it throw
  private WebConnection guarded(WebConnection connection, GuardedInput input) {
    return new WebConnection() {
      @Override
      public ServletInputStream getInputStream() {
        return input;
      }

      @Override
      public ServletOutputStream getOutputStream() throws IOException {
        return connection.getOutputStream();
      }

      @Override
      public void close() throws Exception {
        if (input.isDrained()) {
          connection.close();
        } else {
          input.whenDrained(() -> closeQuietly(connection));
          workers().runIn(LINGER, () -> closeQuietly(connection));
        }
      }
    };
  }

  private static void closeQuietly(WebConnection connection) {
    try {
      connection.close();
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "closing a connection failed: {0}", e.toString());
    }
  }

  private Workers workers() {
    return Objects.requireNonNull(workers, "upgraded without workers");
  }
}
