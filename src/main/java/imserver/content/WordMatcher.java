package imserver.content;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Finds words of a list in texts. Immutable; safe for use by several threads. */
final class WordMatcher {

  /** The longest word, in letters. */
  static final int MAX_WORD = 64;

  private final WordAutomaton words;
  private final int size;

  private WordMatcher(WordAutomaton words, int size) {
    this.words = words;
    this.size = size;
  }

  /** Of words; those without any letter or digit are left out. */
  static WordMatcher of(Collection<String> words) {
    List<String> normalized =
        words.stream()
            .map(WordMatcher::letters)
            .filter(word -> !word.isEmpty())
            .distinct()
            .toList();
    return new WordMatcher(WordAutomaton.of(normalized), normalized.size());
  }

  /** What counts of a word. */
  static String letters(String word) {
    return NormalizedText.of(word).letters().toString();
  }

  /** How many words there are, those that are the same counted once. */
  int size() {
    return size;
  }

  /** Whether one of the words is there. */
  boolean isIn(NormalizedText text) {
    return size > 0 && !find(text).isEmpty();
  }

  /** A part of the text that is one of the words: where it begins, and where the next begins. */
  record Match(int start, int end) {}

  /** Where the words are; those of a language with blanks only as words of their own. */
  List<Match> find(NormalizedText text) {
    List<Match> matches = new ArrayList<>();
    if (size > 0) {
      words.find(
          text.letters(),
          (start, last) -> {
            if (!isLatin(text.letters(), start, last) || text.isWordOfItsOwn(start, last)) {
              matches.add(new Match(text.start(start), text.end(last)));
            }
          });
    }
    return matches;
  }

  private static boolean isLatin(CharSequence letters, int start, int last) {
    for (int i = start; i <= last; i++) {
      if (!NormalizedText.isLatin(letters.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
