package imserver.content;

import java.util.Arrays;
import java.util.Collection;

/**
 * The automaton of Aho and Corasick, which finds all of many words in one pass over a text. Its
 * states are numbers and lie in arrays: some 40 bytes each, and a word has one for each of its
 * letters at most. Immutable once it is made; safe for use by several threads.
 */
final class WordAutomaton {

  /** Where no word has been begun. */
  private static final int ROOT = 0;

  private static final int NONE = -1;
  private static final int LETTER_BITS = 16;
  private static final int FIRST_ROOM = 64;

  private int states = 1;

  /** For each state, where the longest end of it leads that begins a word. */
  private int[] fallbacks = new int[FIRST_ROOM];

  /** How many letters the word has that ends in a state, 0 where none does. */
  private byte[] lengths = new byte[FIRST_ROOM];

  /** The next state along the fallbacks in which a word ends; ROOT for none. */
  private int[] shorterWords = new int[FIRST_ROOM];

  /**
   * For each letter the state to which it leads from ROOT, which most letters of a text ask; 0 for
   * none.
   */
  private final int[] first = new int[1 << LETTER_BITS];

  /** A hash table: a state and a letter, with the state to which it leads; 0 for a free place. */
  private long[] keys = new long[4 * FIRST_ROOM];

  private int[] targets = new int[4 * FIRST_ROOM];

  /** Takes words as they are found. */
  interface Found {

    /** One is from {@code start} to {@code last}, both included. */
    void word(int start, int last);
  }

  private WordAutomaton() {}

  /** Of words of 1 to 127 letters. */
  static WordAutomaton of(Collection<String> words) {
    WordAutomaton automaton = new WordAutomaton();
    int[] parents = new int[FIRST_ROOM];
    char[] letters = new char[FIRST_ROOM];
    byte[] depths = new byte[FIRST_ROOM];
    for (String word : words) {
      int state = ROOT;
      for (int i = 0; i < word.length(); i++) {
        int next = automaton.next(state, word.charAt(i));
        if (next == NONE) {
          next = automaton.addState(state, word.charAt(i));
          if (next >= parents.length) {
            parents = Arrays.copyOf(parents, 2 * parents.length);
            letters = Arrays.copyOf(letters, parents.length);
            depths = Arrays.copyOf(depths, parents.length);
          }
          parents[next] = state;
          letters[next] = word.charAt(i);
          depths[next] = (byte) (i + 1);
        }
        state = next;
      }
      automaton.lengths[state] = (byte) word.length();
    }
    for (int state : byDepth(depths, automaton.states)) {
      automaton.link(state, parents[state], letters[state]);
    }
    return automaton;
  }

  private int addState(int from, char letter) {
    int state = states++;
    if (state == fallbacks.length) {
      fallbacks = Arrays.copyOf(fallbacks, 2 * state);
      lengths = Arrays.copyOf(lengths, 2 * state);
      shorterWords = Arrays.copyOf(shorterWords, 2 * state);
    }
    if (from == ROOT) {
      first[letter] = state;
      return state;
    }
    if (2 * states > keys.length) {
      growTable();
    }
    long key = key(from, letter);
    int place = place(key);
    keys[place] = key;
    targets[place] = state;
    return state;
  }

  private void growTable() {
    long[] oldKeys = keys;
    int[] oldTargets = targets;
    keys = new long[2 * oldKeys.length];
    targets = new int[2 * oldKeys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int place = place(oldKeys[i]);
        keys[place] = oldKeys[i];
        targets[place] = oldTargets[i];
      }
    }
  }

  /** All states but ROOT; a fallback is always of less depth. */
  private static int[] byDepth(byte[] depths, int states) {
    int[] starts = new int[Byte.MAX_VALUE + 2];
    for (int state = 1; state < states; state++) {
      starts[depths[state] + 1]++;
    }
    for (int depth = 1; depth < starts.length; depth++) {
      starts[depth] += starts[depth - 1];
    }
    int[] sorted = new int[states - 1];
    for (int state = 1; state < states; state++) {
      sorted[starts[depths[state]]++] = state;
    }
    return sorted;
  }

  private void link(int state, int parent, char letter) {
    int fallback = parent == ROOT ? ROOT : step(fallbacks[parent], letter);
    fallbacks[state] = fallback;
    shorterWords[state] = lengths[fallback] > 0 ? fallback : shorterWords[fallback];
  }

  private int step(int from, char letter) {
    int state = from;
    int next = next(state, letter);
    while (next == NONE && state != ROOT) {
      state = fallbacks[state];
      next = next(state, letter);
    }
    return next == NONE ? ROOT : next;
  }

  private int next(int state, char letter) {
    if (state == ROOT) {
      return first[letter] == 0 ? NONE : first[letter];
    }
    long key = key(state, letter);
    int place = place(key);
    return keys[place] == key ? targets[place] : NONE;
  }

  /** Never 0. */
  private static long key(int state, char letter) {
    return ((long) state << LETTER_BITS | letter) + 1;
  }

  /** Where a key is in the table, or would be. */
  private int place(long key) {
    int mask = keys.length - 1;
    int place = (int) ((key * 0x9E3779B97F4A7C15L) >>> Integer.SIZE) & mask;
    while (keys[place] != 0 && keys[place] != key) {
      place = (place + 1) & mask;
    }
    return place;
  }

  /** Finds all words in a text, also those within others. */
  void find(CharSequence text, Found found) {
    int state = ROOT;
    for (int i = 0; i < text.length(); i++) {
      state = step(state, text.charAt(i));
      int word = lengths[state] > 0 ? state : shorterWords[state];
      for (; word != ROOT; word = shorterWords[word]) {
        found.word(i - lengths[word] + 1, i);
      }
    }
  }
}
