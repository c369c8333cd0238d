package imserver.content;

import com.github.houbb.opencc4j.util.ZhConverterUtil;

/** Traditional Chinese characters as simplified ones, one by one. */
final class SimplifiedCharacters {

  private static final char FIRST = '\u3400';
  private static final char LAST = '\u9FFF';

  /** By the traditional one, from {@link #FIRST} on. */
  private static final char[] SIMPLIFIED = table();

  private SimplifiedCharacters() {}

  private static char[] table() {
    char[] table = new char[LAST - FIRST + 1];
    for (char c = FIRST; c <= LAST; c++) {
      String simplified = ZhConverterUtil.toSimple(String.valueOf(c));
      table[c - FIRST] = simplified.length() == 1 ? simplified.charAt(0) : c;
    }
    return table;
  }

  /** The simplified one; the same where there is none. */
  static char of(char c) {
    return c < FIRST || c > LAST ? c : SIMPLIFIED[c - FIRST];
  }
}
