package imserver.packet;

/**
 * Which texts show nothing, by the properties of Unicode: those all of whose characters are
 * White_Space, Default_Ignorable_Code_Point (for which a renderer shows nothing unless it supports
 * them, like U+200B and the fillers of Hangul), U+2800, the Braille pattern without a dot, or one
 * of the separators U+001C to U+001F, which are white space in Java.
 *
 * <p>Other control characters and U+FFFC count as text: renderers are to show a glyph for them (CSS
 * Text 3, section 5.1; the Unicode Standard, section 5.3).
 *
 * <p>The JDK knows White_Space, and nothing of Default_Ignorable_Code_Point. Its ranges are those
 * of {@code DerivedCoreProperties.txt}, the same in Unicode 14.0 to 17.0; ICU4J, which has the
 * property, is 14 MB.
 */
public final class BlankText {

  private static final int NEXT_LINE = 0x85; // White_Space in Unicode, not in Java
  private static final int BRAILLE_PATTERN_BLANK = 0x2800;

  /** The first and the last of each range, ascending. */
  private static final int[] DEFAULT_IGNORABLE = {
    0x00AD, 0x00AD, 0x034F, 0x034F, 0x061C, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180F,
    0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F, 0x3164, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFEFF,
    0xFFA0, 0xFFA0, 0xFFF0, 0xFFF8, 0x1BCA0, 0x1BCA3, 0x1D173, 0x1D17A, 0xE0000, 0xE0FFF,
  };

  private BlankText() {}

  /** Whether {@code text} shows nothing; true of "". */
  public static boolean isBlank(CharSequence text) {
    for (int i = 0; i < text.length(); ) {
      int character = Character.codePointAt(text, i);
      if (!showsNothing(character)) {
        return false;
      }
      i += Character.charCount(character);
    }
    return true;
  }

  private static boolean showsNothing(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || character == NEXT_LINE
        || character == BRAILLE_PATTERN_BLANK
        || isDefaultIgnorable(character);
  }

  /** Whether it is a Default_Ignorable_Code_Point. */
  public static boolean isDefaultIgnorable(int character) {
    int i = 0;
    while (i < DEFAULT_IGNORABLE.length && character > DEFAULT_IGNORABLE[i + 1]) {
      i += 2;
    }
    return i < DEFAULT_IGNORABLE.length && character >= DEFAULT_IGNORABLE[i];
  }
}
