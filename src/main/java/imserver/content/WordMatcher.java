package imserver.content;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.ahocorasick.trie.Emit;
import org.ahocorasick.trie.Trie;

/** Finds words of a list in texts. Immutable; safe for use by several threads. */
final class WordMatcher {

  /** The longest word, in letters. */
  static final int MAX_WORD = 64;

  private final Trie words;
  private final int size;

  private WordMatcher(Trie words, int size) {
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
    return new WordMatcher(Trie.builder().addKeywords(normalized).build(), normalized.size());
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
      words.parseText(
          text.letters(),
          emit -> {
            if (!isLatin(emit) || text.isWordOfItsOwn(emit.getStart(), emit.getEnd())) {
              matches.add(new Match(text.start(emit.getStart()), text.end(emit.getEnd())));
            }
            return true;
          });
    }
    return matches;
  }

  private static boolean isLatin(Emit emit) {
    return emit.getKeyword().chars().allMatch(c -> NormalizedText.isLatin((char) c));
  }
}
