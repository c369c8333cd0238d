package imserver.auth;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The warnings that a class logs from now on. */
public final class Warnings extends Handler implements AutoCloseable {

  /** What they say, without their parameters. */
  public final List<String> lines = new CopyOnWriteArrayList<>();

  /** What was thrown, or is shown like that, with those that have it. */
  public final List<Throwable> thrown = new CopyOnWriteArrayList<>();

  private final Logger logger;

  /** Of that class. */
  public Warnings(Class<?> of) {
    logger = Logger.getLogger(of.getName());
    logger.addHandler(this);
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
      lines.add(record.getMessage());
      if (record.getThrown() != null) {
        thrown.add(record.getThrown());
      }
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
