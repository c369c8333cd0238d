package imserver.endpoint;

/** The size of a text as it is sent. */
final class Utf8 {

  private static final int MAX_BYTES_OF_A_CHAR = 3;

  private Utf8() {}

  /** The bytes of {@code text} in UTF-8 (RFC 3629, section 3). */
  static int length(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x800 && !Character.isSurrogate(c)) {
        bytes += 2;
      } else if (c >= 0x80) {
        bytes += 1; // of the four bytes of a pair each half stands for two
      }
    }
    return bytes;
  }

  /** Whether a text is longer than so many bytes. */
  static boolean isLonger(String text, int bytes) {
    return text.length() > bytes / MAX_BYTES_OF_A_CHAR && length(text) > bytes;
  }
}
