package imserver.packet;

/**
 * The content of a message as it is stored: its text, and after it a U+FFFC (OBJECT REPLACEMENT
 * CHARACTER) for each file that it carries. So a reader knows by the text alone whether there are
 * files to be looked for, and a message without text is not taken for one that was recalled, which
 * alone has no content. A text of a user may end with that character too: then there are no files.
 */
public final class AttachedText {

  private static final char OBJECT = '\uFFFC';

  private AttachedText() {}

  /** A text with some files, as it is stored. */
  public static String of(String text, int files) {
    return files == 0 ? text : text + String.valueOf(OBJECT).repeat(files);
  }

  /** Whether a stored content may be that of a message with files. */
  public static boolean mayHaveFiles(String content) {
    return !content.isEmpty() && content.charAt(content.length() - 1) == OBJECT;
  }

  /** The text of a stored content that has some files. */
  public static String text(String content, int files) {
    return content.substring(0, content.length() - files);
  }
}
