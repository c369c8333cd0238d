package imserver.auth;

/** Makes text of an unknown client safe for a line of the log. */
final class LogText {

  private static final int MOST = 200;

  private LogText() {}

  /** At most {@value #MOST} characters, each that is not visible ASCII as a question mark. */
  static String of(String text) {
    String beginning = text.length() <= MOST ? text : text.substring(0, MOST) + "...";
    return beginning.replaceAll("[^!-~]", "?");
  }
}
