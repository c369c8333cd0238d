package imserver.content;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The text of a file with words: a word in each line. A line {@code [mask]}, {@code [report]} or
 * {@code [refuse]} begins a list; what comes before the first is to be refused. Empty lines, and
 * those that begin with {@code #}, do not count.
 */
final class WordListText {

  /** The most words of a file. */
  static final int MAX_WORDS = 500_000;

  private WordListText() {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it cannot be used, with a sentence that names the line
   */
  static Map<WordAction, List<String>> read(String text) {
    Map<WordAction, List<String>> lists = new EnumMap<>(WordAction.class);
    WordAction action = WordAction.REFUSE;
    int number = 0;
    int words = 0;
    for (String line : text.split("\\R", -1)) {
      number++;
      String word = (number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line).strip();
      if (word.isEmpty() || word.startsWith("#")) {
        continue;
      }
      if (word.startsWith("[") && word.endsWith("]")) {
        action = list(word, number);
        continue;
      }
      String letters = WordMatcher.letters(word);
      if (letters.isEmpty()) {
        throw new IllegalArgumentException("line " + number + " has no letter or digit");
      }
      if (letters.length() > WordMatcher.MAX_WORD) {
        throw new IllegalArgumentException(
            "line %d has more than %d letters".formatted(number, WordMatcher.MAX_WORD));
      }
      if (++words > MAX_WORDS) {
        throw new IllegalArgumentException("there are more than " + MAX_WORDS + " words");
      }
      lists.computeIfAbsent(action, key -> new ArrayList<>()).add(word);
    }
    return lists;
  }

  private static WordAction list(String line, int number) {
    try {
      return WordAction.of(line.substring(1, line.length() - 1).strip().toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
    }
  }
}
