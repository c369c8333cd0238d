package imserver.auth;

import java.util.OptionalLong;

/** The one reading of a user id in digits. */
final class UserIds {

  private UserIds() {}

  /** The positive 64-bit integer that {@code text} spells in ASCII digits, or nothing. */
  static OptionalLong parse(String text) {
    boolean digits =
        !text.isEmpty() && text.length() <= 19 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits) {
      return OptionalLong.empty();
    }
    try {
      long id = Long.parseLong(text);
      return id > 0 ? OptionalLong.of(id) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // between 2^63 and 10^19
    }
  }
}
