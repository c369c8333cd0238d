package imserver.auth;

import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The users to whom the rules for strangers do not apply: by their ids, or by roles. */
final class Exemptions {

  private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

  private final Set<String> names;

  /**
   * Those that a setting names.
   *
   * @param names roles and user ids with commas between them; null for nobody
   */
  Exemptions(@Nullable String names) {
    this.names =
        names == null
            ? Set.of()
            : COMMA
                .splitAsStream(names.strip())
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether they cover a user who has these roles. */
  boolean cover(long userId, Collection<?> roles) {
    return !names.isEmpty()
        && (names.contains(Long.toString(userId)) || names.stream().anyMatch(roles::contains));
  }
}
