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

  /** So much of a name is looked at when one is searched for, in code points. */
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
   * The form of a name by which it is found, whether letters are upper or lower case. Code point by
   * code point, so that the beginning of a name has the beginning of its form.
   */
  static String searchForm(String name) {
    return name.codePoints()
        .limit(MAX_SEARCH)
        .map(letter -> Character.toLowerCase(Character.toUpperCase(letter)))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
