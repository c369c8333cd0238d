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

  /** How a terminal is told of a colour: ECMA-48, section 8.3.117. */
  private static final Pattern COLOUR = Pattern.compile("\\x1b\\[[0-9;]*m");

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

  /** The lines so far, with stack traces, without the colours of Payara's console. */
  List<String> lines() throws IOException {
    byte[] all = Files.readAllBytes(file);
    String text = new String(all, (int) start, all.length - (int) start, StandardCharsets.UTF_8);
    return COLOUR.matcher(text).replaceAll("").lines().toList();
  }
}
