package imserver.auth;

/** What a stranger wrote, fit for a line of the log. */
final class Printable {

  private static final int MOST = 200;

  private Printable() {}

  /** At most {@value #MOST} characters, each that is not visible ASCII as a question mark. */
  static String of(String text) {
    String beginning = text.length() <= MOST ? text : text.substring(0, MOST) + "...";
    return beginning.replaceAll("[^!-~]", "?");
  }
}
