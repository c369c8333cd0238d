package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.config.Config.AuthMode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A line for each thing that the host application does: who, what, and how it ended; ids and
 * counts, never texts or tokens. By a logger of its own name, so that operators can have these
 * lines in a file of their own.
 */
@ApplicationScoped
public class Audit {

  private static final System.Logger LOG = System.getLogger("imserver.audit");
  private static final int MAX_SUBJECT = 100;

  @Inject private Config config;

  /** For the container, which injects the rest. */
  public Audit() {}

  /**
   * Does something and writes the line, also where it fails.
   *
   * @param what in words, with ids
   * @param outcome what came of it, with counts
   */
  <T> T line(UserPrincipal caller, String what, Supplier<T> action, Function<T, String> outcome) {
    String end = "failed, perhaps in the middle";
    try {
      T result = action.get();
      end = outcome.apply(result);
      return result;
    } finally {
      LOG.log(Level.INFO, "{0} by {1}: {2}", what, who(caller), end);
    }
  }

  /** The line of an import, also where that broke off. */
  void imported(UserPrincipal caller, ImportCounts counts) {
    LOG.log(
        Level.INFO,
        "import messages by {0}: {1} lines, {2} imported, {3} present, {4} failed",
        who(caller),
        Long.toString(counts.lines()),
        Long.toString(counts.imported()),
        Long.toString(counts.present()),
        Long.toString(counts.failed()));
  }

  private String who(UserPrincipal principal) {
    String role = config.auth().mode() == AuthMode.OPEN ? "" : config.auth().serviceRole();
    return "sub=\"%s\" role=\"%s\"".formatted(quotable(principal.subject()), quotable(role));
  }

  /** A text of others cannot end its quotes, or its line. */
  private static String quotable(String text) {
    return text.codePoints()
        .limit(MAX_SUBJECT)
        .map(c -> c == '"' || isControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isControl(int c) {
    int type = Character.getType(c);
    return Character.isISOControl(c)
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.FORMAT;
  }

  /** Ids for a line. */
  static String ids(Collection<Long> ids) {
    return ids.stream().map(Object::toString).collect(Collectors.joining(",", "[", "]"));
  }
}
