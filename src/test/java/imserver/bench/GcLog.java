package imserver.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The collections that a JVM logs with {@code -Xlog:gc:file=…}. */
final class GcLog {

  private static final Pattern PAUSE = Pattern.compile("Pause (\\S+).* ([0-9.]+)ms$");

  private final Path file;

  GcLog(Path file) {
    this.file = file;
  }

  /**
   * Collections within a span of time.
   *
   * @param young collections
   * @param full collections
   * @param p99 of all pauses, in milliseconds; 0 without any
   * @param longest of all pauses, in milliseconds
   */
  record Pauses(long young, long full, double p99, double longest) {}

  /** Where the log ends now. */
  int mark() throws IOException {
    return lines().size();
  }

  /** Since a mark. */
  Pauses since(int mark) throws IOException {
    List<Matcher> pauses =
        lines().stream().skip(mark).map(PAUSE::matcher).filter(Matcher::find).toList();
    double[] millis =
        pauses.stream().mapToDouble(pause -> Double.parseDouble(pause.group(2))).toArray();
    Arrays.sort(millis);
    return new Pauses(
        pauses.stream().filter(pause -> pause.group(1).equals("Young")).count(),
        pauses.stream().filter(pause -> pause.group(1).equals("Full")).count(),
        millis.length == 0 ? 0 : millis[(int) Math.ceil(millis.length * 0.99) - 1],
        millis.length == 0 ? 0 : millis[millis.length - 1]);
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(file);
  }
}
