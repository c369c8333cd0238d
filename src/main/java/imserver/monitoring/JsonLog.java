package imserver.monitoring;

import co.elastic.logging.jul.EcsFormatter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

/**
 * Writes what this application logs to the standard output of the process, a line of JSON for each
 * event, in the Elastic Common Schema; and keeps it from the container's own log, where it would
 * come a second time. What the container and libraries log stays the container's.
 *
 * <p>The standard output is that of the process, since containers replace {@link System#out} by
 * their log.
 */
final class JsonLog {

  /** Every class of ours logs below this one. A reference, without which it could be collected. */
  private final Logger logger = Logger.getLogger("imserver");

  private final boolean usesParents = logger.getUseParentHandlers();
  private final Handler handler;

  /** Under the lock of the handler. */
  private boolean stopped;

  private JsonLog(OutputStream out) {
    this.handler = new Lines(out);
  }

  /** Begins. */
  static JsonLog start() {
    return start(new FileOutputStream(FileDescriptor.out));
  }

  /** The same, elsewhere. */
  static JsonLog start(OutputStream out) {
    JsonLog log = new JsonLog(out);
    log.logger.setUseParentHandlers(false);
    log.logger.addHandler(log.handler);
    return log;
  }

  /** Leaves the log as it was before. What it has written to stays open. */
  void stop() {
    synchronized (handler) {
      stopped = true;
      logger.removeHandler(handler);
      logger.setUseParentHandlers(usesParents);
      handler.flush();
    }
  }

  /** Each line is there at once. */
  private final class Lines extends StreamHandler {

    Lines(OutputStream out) {
      super(out, new ContextFormatter());
      encodeAsUtf8(); // RFC 8259, section 8.1; else as the locale of the process says
      setLevel(Level.ALL); // the levels of the loggers count
    }

    private void encodeAsUtf8() {
      try {
        setEncoding(StandardCharsets.UTF_8.name());
      } catch (UnsupportedEncodingException e) {
        throw new IllegalStateException("every JVM has it", e);
      }
    }

    @Override
    public synchronized void publish(LogRecord event) {
      super.publish(event);
      flush();
    }

    /**
     * When the process ends, the JVM takes the handlers off all loggers and closes them ({@code
     * LogManager}), on Payara before this application is stopped. What that logs is to be there.
     */
    @Override
    public synchronized void close() {
      flush();
      if (!stopped) {
        logger.removeHandler(this); // if it is there
        logger.addHandler(this);
      }
    }
  }

  private static final class ContextFormatter extends EcsFormatter {

    ContextFormatter() {
      setServiceName("imserver");
      setStackTraceAsArray(false);
    }

    @Override
    protected Map<String, String> getMdcEntries() {
      return LogContext.current();
    }
  }
}
