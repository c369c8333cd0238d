package imserver.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;

/** What the server under test writes to its log from now on. */
interface ServerLog extends AutoCloseable {

  /** A line of a stack trace, or of a record of a level that operators are to look at. */
  Predicate<String> COMPLAINT =
      Pattern.compile("^\\s+at [\\w.$/]+\\(|\\b(WARN|WARNING|SEVERE|ERROR|FATAL)\\b").asPredicate();

  /** Listens from now on. */
  static ServerLog listen() throws IOException {
    ServerProcess process = ServerContainer.running();
    return process == null ? new OfThisJvm() : new OfProcess(process.log());
  }

  /** The lines so far, with stack traces. */
  List<String> lines() throws IOException;

  @Override
  void close();

  /** A server in this JVM. */
  final class OfThisJvm extends Handler implements ServerLog {

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Formatter formatter = new SimpleFormatter();

    OfThisJvm() {
      Logger.getLogger("").addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
      String level =
          record.getLevel().intValue() >= Level.WARNING.intValue()
              ? "WARNING"
              : record.getLevel().getName();
      lines.add(level + " " + record.getLoggerName() + ": " + formatter.formatMessage(record));
      if (record.getThrown() != null) {
        lines.add("ERROR " + record.getThrown());
      }
    }

    @Override
    public List<String> lines() {
      return lines;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      Logger.getLogger("").removeHandler(this);
    }
  }

  /** A server whose log is a file. */
  final class OfProcess implements ServerLog {

    private final Path file;
    private final long start;

    OfProcess(Path file) throws IOException {
      this.file = file;
      this.start = Files.size(file);
    }

    @Override
    public List<String> lines() throws IOException {
      byte[] all = Files.readAllBytes(file);
      return new String(all, (int) start, all.length - (int) start, StandardCharsets.UTF_8)
          .lines()
          .toList();
    }

    @Override
    public void close() {}
  }
}
