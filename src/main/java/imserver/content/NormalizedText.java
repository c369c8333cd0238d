package imserver.content;

import imserver.packet.BlankText;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;

/**
 * The letters and digits of a text in one form, and where each was. Marks, blanks, punctuation,
 * emoji and what is invisible are left out.
 */
final class NormalizedText {

  /** From here to {@link #LAST_UNIFIED} compatibility normalization changes nothing. */
  private static final int FIRST_UNIFIED = 0x4E00;

  private static final int LAST_UNIFIED = 0x9FFF;

  private final StringBuilder letters;

  /** For each char of {@link #letters}, where the code point that it comes from begins. */
  private int[] starts;

  /** The same for where that ends. */
  private int[] ends;

  private NormalizedText(int length) {
    letters = new StringBuilder(length);
    starts = new int[length];
    ends = new int[length];
  }

  /** Makes one of a text. */
  static NormalizedText of(String text) {
    NormalizedText normalized = new NormalizedText(text.length());
    int end;
    for (int start = 0; start < text.length(); start = end) {
      int codePoint = text.codePointAt(start);
      end = start + Character.charCount(codePoint);
      normalized.add(codePoint, start, end);
    }
    return normalized;
  }

  private void add(int codePoint, int start, int end) {
    if (codePoint < 0x80) {
      if (Character.isLetterOrDigit(codePoint)) {
        append((char) Character.toLowerCase(codePoint), start, end);
      }
    } else if (codePoint >= FIRST_UNIFIED && codePoint <= LAST_UNIFIED) {
      append(SimplifiedCharacters.of((char) codePoint), start, end);
    } else if (!BlankText.isDefaultIgnorable(codePoint)) { // the fillers of Hangul are letters
      String plain =
          Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFKC)
              .toLowerCase(Locale.ROOT);
      plain
          .codePoints()
          .filter(Character::isLetterOrDigit)
          .forEach(
              each -> {
                for (char c : Character.toChars(each)) {
                  append(SimplifiedCharacters.of(c), start, end);
                }
              });
    }
  }

  private void append(char c, int start, int end) {
    int length = letters.length();
    if (length == starts.length) {
      starts = Arrays.copyOf(starts, 2 * length + 16);
      ends = Arrays.copyOf(ends, 2 * length + 16);
    }
    starts[length] = start;
    ends[length] = end;
    letters.append(c);
  }

  /** The letters and digits, nothing between them. */
  CharSequence letters() {
    return letters;
  }

  /** Where in the text that begins which has become the letter at {@code index}. */
  int start(int index) {
    return starts[index];
  }

  /** Where in the text that ends which has become the letter at {@code index}. */
  int end(int index) {
    return ends[index];
  }

  /**
   * Whether the letters from {@code from} to {@code to}, both included, are no part of a longer row
   * of Latin letters and digits.
   */
  boolean isWordOfItsOwn(int from, int to) {
    boolean begins =
        from == 0 || !isLatin(letters.charAt(from - 1)) || ends[from - 1] < starts[from];
    boolean stops =
        to == letters.length() - 1 || !isLatin(letters.charAt(to + 1)) || ends[to] < starts[to + 1];
    return begins && stops;
  }

  /** Whether it is a letter or digit of English. */
  static boolean isLatin(char c) {
    return c < 0x80;
  }
}
