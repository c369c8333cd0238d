package imserver.rest;

import imserver.packet.BlankText;
import imserver.packet.StorableText;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parameters of paths and queries, and ids that are texts in bodies. What cannot be read
 * is a {@link Problem} that names the parameter.
 */
public final class Parameters {

  private static final int MAX_DIGITS = 19;

  private Parameters() {}

  /** A positive id. */
  public static long id(String name, String text) {
    long id = number(name, text);
    if (id == 0) {
      throw Problem.badRequest(name + " must be a positive integer");
    }
    return id;
  }

  /** An id, or 0 for "before all". */
  static long idOrZero(String name, String text) {
    return number(name, text);
  }

  /** The id of a user, or 0 for the system. */
  public static long userOrSystem(String name, String text) {
    return number(name, text);
  }

  /** A number in a range; {@code fallback} where there is none. */
  public static int inRange(String name, @Nullable String text, int fallback, int max) {
    if (text == null) {
      return fallback;
    }
    long number = number(name, text);
    if (number < 1 || number > max) {
      throw Problem.badRequest(name + " must be a number from 1 to " + max);
    }
    return (int) number;
  }

  /** A text of one to {@code max} code points, not blank. */
  static String text(String name, @Nullable String text, int max) {
    if (text == null
        || BlankText.isBlank(text)
        || text.codePointCount(0, text.length()) > max
        || !StorableText.isStorable(text)) {
      throw Problem.badRequest(name + " must have 1 to " + max + " characters and not be blank");
    }
    return text;
  }

  /**
   * One of some words.
   *
   * @param fallback for an absent one
   * @throws Problem if it is another
   */
  static String oneOf(String name, @Nullable String text, String fallback, String other) {
    if (text == null || text.equals(fallback)) {
      return fallback;
    }
    if (!text.equals(other)) {
      throw Problem.badRequest(name + " must be " + fallback + " or " + other);
    }
    return other;
  }

  /** {@code true} or {@code false}, the latter where there is none. */
  static boolean flag(String name, @Nullable String text) {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw Problem.badRequest(name + " must be true or false");
  }

  private static long number(String name, String text) {
    boolean digits =
        !text.isEmpty()
            && text.length() <= MAX_DIGITS
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (digits) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        // above 2^63, answered below
      }
    }
    throw Problem.badRequest(name + " must be a positive integer");
  }
}
