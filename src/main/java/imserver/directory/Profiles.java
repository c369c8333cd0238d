package imserver.directory;

import java.util.Map;

/**
 * How some users are shown to others.
 *
 * @param known the profiles of those of them whom the directory has, by user id
 */
public record Profiles(Map<Long, UserProfile> known) {

  /** Nobody is known: each user is shown by the id. */
  public static final Profiles NONE = new Profiles(Map.of());

  /** The profile of a user; {@link UserProfile#unknown} where the directory has none. */
  public UserProfile of(long userId) {
    return known.getOrDefault(userId, UserProfile.unknown(userId));
  }
}
