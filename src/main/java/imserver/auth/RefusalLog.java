package imserver.auth;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs refused requests. An unknown client can cause as many as it likes, so for each kind there
 * are a few lines a minute, and the next line says how many were left out.
 */
@ApplicationScoped
public class RefusalLog {

  private static final System.Logger LOG = System.getLogger(RefusalLog.class.getName());
  private static final Duration PERIOD = Duration.ofMinutes(1);

  /** The reason of a refusal, with how often it is logged. */
  public enum Kind {
    /** A page of an origin that is not allowed. */
    ORIGIN(1),
    /** In open mode, a host name under which the server does not answer. */
    HOST(1),
    /** A credential that does not verify. */
    CREDENTIAL(5),
    /** A user whom a moderator has suspended. */
    SUSPENDED(5),
    /** Too many connections in a short time. */
    TOO_MANY(5);

    private final int linesPerMinute;

    Kind(int linesPerMinute) {
      this.linesPerMinute = linesPerMinute;
    }
  }

  private static final class Window {
    private Instant start = Instant.MIN;
    private int lines;
    private long leftOut;
  }

  private final Map<Kind, Window> windows = new EnumMap<>(Kind.class);

  @Inject private Clock clock;

  /** For the container, which injects the rest. */
  public RefusalLog() {}

  RefusalLog(Clock clock) {
    this.clock = clock;
  }

  /**
   * Logs a refusal, or counts it.
   *
   * @param line the text, made only if it is logged
   */
  public void log(Kind kind, Supplier<String> line) {
    String leftOut = leftOut(kind);
    if (leftOut != null) {
      LOG.log(Level.INFO, () -> line.get() + leftOut);
    }
  }

  /** The text on the lines that were left out before this one; null to leave out this one too. */
  synchronized @Nullable String leftOut(Kind kind) {
    Window window = windows.computeIfAbsent(kind, key -> new Window());
    Instant now = clock.instant();
    if (window.start.plus(PERIOD).isBefore(now)) {
      window.start = now;
      window.lines = 0;
    }
    if (window.lines == kind.linesPerMinute) {
      window.leftOut++;
      return null;
    }
    window.lines++;
    long before = window.leftOut;
    window.leftOut = 0;
    return before == 0 ? "" : " (and %d more since the last such line)".formatted(before);
  }
}
