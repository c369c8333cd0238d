package imserver.content;

import java.util.Locale;

/** What is done with a message that has a word of a list; the name of the list in lower case. */
public enum WordAction {
  /** It is refused, with {@code REFUSED_CONTENT}. */
  REFUSE,
  /** It is stored with {@code *} for each character of the word. */
  MASK,
  /** It is stored as it is, and reported to the moderators. */
  REPORT;

  /**
   * The one with this name.
   *
   * @throws IllegalArgumentException if there is none, with a sentence that says so
   */
  public static WordAction of(String name) {
    for (WordAction action : values()) {
      if (action.toString().equals(name)) {
        return action;
      }
    }
    throw new IllegalArgumentException("there are the lists refuse, mask and report, not " + name);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
