package imserver.file;

import imserver.packet.StorableText;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What its owner says of a file.
 *
 * @param name as it is shown: without a path, control characters and marks that change the
 *     direction of what follows; at most {@link #MAX_NAME} characters, at least one
 * @param clientFileId the owner's name for it, by which a retry is known; null for none
 * @param duration milliseconds of a recording; null of all else
 * @param waveform a sketch of a recording; null of all else
 */
public record NewFile(
    String name,
    @Nullable String clientFileId,
    @Nullable Integer duration,
    @Nullable String waveform) {

  /** Characters of a name; what is longer is cut in the midst. */
  public static final int MAX_NAME = 255;

  /** Characters of a {@code clientFileId}. */
  public static final int MAX_CLIENT_FILE_ID = 64;

  /** A day, in milliseconds. */
  private static final int MAX_DURATION = 86_400_000;

  private static final Pattern CLIENT_FILE_ID = Pattern.compile("[\\x21-\\x7e]{1,64}");
  private static final Pattern WAVEFORM = Pattern.compile("[0-9a-z]{1,200}");

  /** What a name is that has nothing to be shown. */
  private static final String NAMELESS = "file";

  /** So much of the end of a long name is kept, with its extension. */
  private static final int END = 20;

  /**
   * By what a client says.
   *
   * @param name any text
   * @throws IllegalArgumentException if one of the others is none, with a sentence that names it
   */
  public static NewFile of(
      @Nullable String name,
      @Nullable String clientFileId,
      @Nullable String duration,
      @Nullable String waveform) {
    if (clientFileId != null && !CLIENT_FILE_ID.matcher(clientFileId).matches()) {
      throw new IllegalArgumentException(
          "clientFileId must have 1 to 64 characters of ASCII, without blanks");
    }
    if (waveform != null && !WAVEFORM.matcher(waveform).matches()) {
      throw new IllegalArgumentException("waveform must have 1 to 200 characters 0-9 or a-z");
    }
    return new NewFile(
        shown(name), clientFileId, duration == null ? null : duration(duration), waveform);
  }

  private static Integer duration(String text) {
    if (text.matches("\\d{1,8}")) {
      int duration = Integer.parseInt(text);
      if (duration <= MAX_DURATION) {
        return duration;
      }
    }
    throw new IllegalArgumentException("duration must be a number of milliseconds within a day");
  }

  /** Whether it says that the file is a recording. */
  boolean isRecording() {
    return duration != null;
  }

  private static String shown(@Nullable String name) {
    if (name == null) {
      return NAMELESS;
    }
    String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    StringBuilder kept = new StringBuilder();
    last.codePoints().filter(NewFile::isShown).forEach(kept::appendCodePoint);
    String shown = kept.toString().strip();
    if (shown.isEmpty()
        || shown.chars().allMatch(c -> c == '.')
        || !StorableText.isStorable(shown)) {
      return NAMELESS;
    }
    return shown.length() <= MAX_NAME ? shown : cut(shown);
  }

  private static String cut(String name) {
    int head = MAX_NAME - END - 1;
    if (Character.isHighSurrogate(name.charAt(head - 1))) {
      head--;
    }
    int tail = name.length() - END;
    if (Character.isLowSurrogate(name.charAt(tail))) {
      tail++;
    }
    return name.substring(0, head) + "…" + name.substring(tail);
  }

  /** Marks of direction (as U+202E) make "cod.exe" look like "exe.doc"; a joiner is of emoji. */
  private static boolean isShown(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.FORMAT -> codePoint == 0x200D;
      default -> true;
    };
  }
}
