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
 * Tells the log who was refused. A stranger can be refused as often as he likes, so of each kind
 * there are a few lines a minute, and the next line says how many there would have been.
 */
@ApplicationScoped
public class RefusalLog {

  private static final System.Logger LOG = System.getLogger(RefusalLog.class.getName());
  private static final Duration PERIOD = Duration.ofMinutes(1);

  /** Why somebody is refused. */
  public enum Kind {
    /** A page of an origin that is not allowed. */
    ORIGIN(1),
    /** In open mode, a name of this server that may be anybody's. */
    HOST(1),
    /** A credential that does not verify. */
    CREDENTIAL(5),
    /** Too many connections too fast. */
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
   * Somebody was refused.
   *
   * @param line what happened, asked for only if it is written
   */
  public void log(Kind kind, Supplier<String> line) {
    String leftOut = leftOut(kind);
    if (leftOut != null) {
      LOG.log(Level.INFO, () -> line.get() + leftOut);
    }
  }

  /** What to say of the lines that were left out before this one; null to leave this one out. */
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
