package imserver.auth;

import java.util.OptionalLong;

/**
 * Parses a user id in digits, of a token or in open mode. Ids in packets and in bodies of HTTP are
 * JSON numbers, which {@code PacketReader} and {@code JsonBody} read.
 */
final class UserIds {

  private UserIds() {}

  /** The positive 64-bit integer that {@code text} is in ASCII digits; empty where it is none. */
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
