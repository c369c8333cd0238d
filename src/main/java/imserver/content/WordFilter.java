package imserver.content;

import imserver.content.WordMatcher.Match;
import imserver.packet.FailureCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the lists of words say of a text. Safe for use by several threads. */
@ApplicationScoped
public class WordFilter {

  private static final char MASK = '*';
  private static final WordMatcher NOTHING = WordMatcher.of(List.of());

  private volatile Map<WordAction, WordMatcher> matchers = Map.of();

  /** What {@link #matchers} were made of; for the thread that replaces them. */
  private Map<WordAction, List<String>> words = Map.of();

  private volatile boolean hasMasked;

  /** With no words. */
  public WordFilter() {}

  /** How many words a list has. */
  int size(WordAction action) {
    return matcher(matchers, action).size();
  }

  /**
   * Whether there is a list of words to be masked, or was one: texts that are stored may be masked.
   */
  public boolean hasMasked() {
    return hasMasked;
  }

  /** Says what is to be done with a message; takes microseconds, and waits for nothing. */
  public Verdict check(String content) {
    Map<WordAction, WordMatcher> current = matchers;
    if (current.isEmpty()) {
      return Verdict.of(content);
    }
    NormalizedText text = NormalizedText.of(content);
    if (matcher(current, WordAction.REFUSE).isIn(text)) {
      return Verdict.of(content).refused(FailureCode.REFUSED_CONTENT, "");
    }
    return new Verdict(
        masked(content, matcher(current, WordAction.MASK).find(text)),
        null,
        matcher(current, WordAction.REPORT).isIn(text),
        false);
  }

  private static WordMatcher matcher(Map<WordAction, WordMatcher> matchers, WordAction action) {
    return matchers.getOrDefault(action, NOTHING);
  }

  private static String masked(String content, List<Match> matches) {
    if (matches.isEmpty()) {
      return content;
    }
    boolean[] hidden = new boolean[content.length()];
    for (Match match : matches) {
      Arrays.fill(hidden, match.start(), match.end(), true);
    }
    StringBuilder masked = new StringBuilder(content.length());
    int length;
    for (int i = 0; i < content.length(); i += length) {
      int codePoint = content.codePointAt(i);
      length = Character.charCount(codePoint);
      masked.appendCodePoint(hidden[i] ? MASK : codePoint);
    }
    return masked.toString();
  }

  /**
   * Whether two texts are the same but for what is masked in one of them: then they may be the same
   * message, masked by other lists.
   */
  public static boolean differByMasksOnly(String one, String other) {
    int[] ones = one.codePoints().toArray();
    int[] others = other.codePoints().toArray();
    if (ones.length != others.length) {
      return false;
    }
    for (int i = 0; i < ones.length; i++) {
      if (ones[i] != others[i] && ones[i] != MASK && others[i] != MASK) {
        return false;
      }
    }
    return true;
  }

  /** Has these words hold from now on, in place of those before; a list may be empty. */
  synchronized void use(Map<WordAction, List<String>> newWords) {
    Map<WordAction, WordMatcher> made = new EnumMap<>(WordAction.class);
    newWords.forEach(
        (action, list) -> {
          // A list of 100,000 words takes some tenths of a second to be made a matcher of.
          WordMatcher matcher =
              list.equals(words.get(action)) ? matcher(matchers, action) : WordMatcher.of(list);
          if (matcher.size() > 0) {
            made.put(action, matcher);
          }
        });
    words = Map.copyOf(newWords);
    hasMasked = hasMasked || newWords.containsKey(WordAction.MASK);
    matchers = made.isEmpty() ? Map.of() : made;
  }
}
