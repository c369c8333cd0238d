package imserver.directory;

import org.jspecify.annotations.Nullable;

/**
 * How a user is shown to others.
 *
 * @param userId positive, or 0 for the system
 * @param name null if unknown
 * @param avatar an address, null if unknown
 */
public record UserProfile(long userId, @Nullable String name, @Nullable String avatar) {

  /** How much of a name a search compares, in code points. */
  public static final int MAX_SEARCH = 64;

  /** A user of whom nothing but the id is known. */
  public static UserProfile unknown(long userId) {
    return new UserProfile(userId, null, null);
  }

  /** The name, or the id in digits where none is known. */
  public String displayName() {
    return name == null ? Long.toString(userId) : name;
  }

  /** The avatar's address, or "" where none is known. */
  public String headUrl() {
    return avatar == null ? "" : avatar;
  }

  /**
   * The form of a name for searching, in which upper and lower case letters are the same. Made code
   * point by code point, so that the form of a prefix is a prefix of the form.
   */
  static String searchForm(String name) {
    return name.codePoints()
        .limit(MAX_SEARCH)
        .map(letter -> Character.toLowerCase(Character.toUpperCase(letter)))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
