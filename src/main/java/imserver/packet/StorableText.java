package imserver.packet;

/**
 * Which texts can be kept and given back unchanged. PostgreSQL refuses U+0000 in text, and a lone
 * surrogate has no form in UTF-8 (RFC 3629, section 3), which the socket and the database use. Both
 * are refused when a text comes in, with every database, so that no batch fails for them.
 */
public final class StorableText {

  private StorableText() {}

  /** Whether {@code text} holds neither U+0000 nor a surrogate without its partner. */
  public static boolean isStorable(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)) {
        i++;
        if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
          return false;
        }
      }
    }
    return true;
  }
}
