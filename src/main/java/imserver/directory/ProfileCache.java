package imserver.directory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import imserver.config.Config;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The profiles of users in the directory, for ten minutes. Holds no user whom the directory does
 * not have.
 */
@ApplicationScoped
public class ProfileCache {

  /** After this long a change that another server made is seen. */
  private static final Duration FRESH = Duration.ofMinutes(10);

  @Inject private Config config;

  private Cache<Long, UserProfile> profiles;

  /** For the container, which injects the rest. */
  public ProfileCache() {}

  @PostConstruct
  void create() {
    profiles =
        Caffeine.newBuilder()
            .maximumSize(config.limits().profiles())
            .expireAfterWrite(FRESH)
            .executor(Runnable::run) // no thread of the JVM's common pool, which outlives the WAR
            .build();
  }

  /** The profile of the user, or null. */
  public @Nullable UserProfile get(long userId) {
    return profiles.getIfPresent(userId);
  }

  /** The profiles of those users that are here. */
  public Map<Long, UserProfile> get(Collection<Long> userIds) {
    return profiles.getAllPresent(userIds);
  }

  /** Keeps a profile. */
  public void put(UserProfile profile) {
    profiles.put(profile.userId(), profile);
  }
}
