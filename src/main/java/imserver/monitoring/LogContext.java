package imserver.monitoring;

import java.util.Map;

/** Of which connection and user a line of the log is: members of their own where it is JSON. */
public final class LogContext {

  /** Of the line that this thread is writing; empty between two lines. */
  private static final ThreadLocal<Map<String, String>> CURRENT = new ThreadLocal<>();

  private LogContext() {}

  /**
   * Has a line logged about a connection. What the text says of the two, it says itself.
   *
   * @param connection the id of the connection
   * @param user the id of its user
   * @param line logs the line
   */
  public static void run(String connection, String user, Runnable line) {
    CURRENT.set(Map.of("connection.id", connection, "user.id", user));
    try {
      line.run();
    } finally {
      CURRENT.remove();
    }
  }

  /** Of the line that the calling thread is writing. */
  static Map<String, String> current() {
    Map<String, String> current = CURRENT.get();
    return current == null ? Map.of() : current;
  }
}
