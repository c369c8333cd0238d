package imserver.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What the server of {@link WithServer} writes to its log from some moment on. */
final class ServerLog {

  /** A line of a stack trace, or of a record of a level that operators are to look at. */
  static final Predicate<String> COMPLAINT =
      Pattern.compile("^\\s+at [\\w.$/]+\\(|\\b(WARN|WARNING|SEVERE|ERROR|FATAL)\\b").asPredicate();

  private final Path file;
  private final long start;

  private ServerLog(Path file, long start) {
    this.file = file;
    this.start = start;
  }

  /** From now on. */
  static ServerLog listen() throws IOException {
    Path file = SharedServer.running().log();
    return new ServerLog(file, Files.size(file));
  }

  /** From the start of the server on. */
  static ServerLog whole() {
    return new ServerLog(SharedServer.running().log(), 0);
  }

  /** The lines so far, with stack traces. */
  List<String> lines() throws IOException {
    byte[] all = Files.readAllBytes(file);
    return new String(all, (int) start, all.length - (int) start, StandardCharsets.UTF_8)
        .lines()
        .toList();
  }
}
