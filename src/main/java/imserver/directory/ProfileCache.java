package imserver.directory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import imserver.auth.UserPrincipal;
import imserver.config.Config;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entries of users in the directory, for ten minutes, and what the tokens of users tell who
 * have connected and are not in the directory as they tell yet. Every method may be called by any
 * thread.
 */
@ApplicationScoped
public class ProfileCache {

  /** After this long a change that another server made is seen. */
  private static final Duration FRESH = Duration.ofMinutes(10);

  @Inject private Config config;

  private Cache<Long, DirectoryEntry> entries;
  private Cache<Long, UserPrincipal> told;

  /** For the container, which injects the rest. */
  public ProfileCache() {}

  ProfileCache(Config config) {
    this.config = config;
    create();
  }

  @PostConstruct
  void create() {
    entries = cache();
    told = cache();
  }

  private <V> Cache<Long, V> cache() {
    return Caffeine.newBuilder()
        .maximumSize(config.limits().profiles())
        .expireAfterWrite(FRESH)
        .executor(Runnable::run) // no thread of the JVM's common pool, which outlives the WAR
        .build();
  }

  /** The entry of the user, or null. */
  @Nullable DirectoryEntry get(long userId) {
    return entries.getIfPresent(userId);
  }

  /** The entries of those users that are here. */
  Map<Long, DirectoryEntry> get(Collection<Long> userIds) {
    return entries.getAllPresent(userIds);
  }

  /** Keeps an entry that was read or written under the lock of its row. */
  void put(DirectoryEntry entry) {
    entries.put(entry.profile().userId(), entry);
  }

  /** Keeps an entry that was read, unless there is one: that may be newer. */
  void putIfAbsent(DirectoryEntry entry) {
    var unused = entries.asMap().putIfAbsent(entry.profile().userId(), entry);
  }

  /**
   * Takes note of what the token of a user tells, until it is {@link #recorded}. Whether it counts
   * is known only with the entry, which may have to be read first.
   */
  void tell(UserPrincipal user) {
    told.put(user.userId(), user);
    DirectoryEntry known = get(user.userId());
    if (known != null && !known.updatedBy(user).equals(known)) { // else it would live longer
      var unused =
          entries.asMap().computeIfPresent(user.userId(), (id, entry) -> entry.updatedBy(user));
    }
  }

  /** The entry with what the user's token tells, where it counts. */
  DirectoryEntry withTold(DirectoryEntry entry) {
    UserPrincipal user = told.getIfPresent(entry.profile().userId());
    return user == null ? entry : entry.updatedBy(user);
  }

  /** Forgets what the token told: the directory has it. */
  void recorded(UserPrincipal user) {
    var unused = told.asMap().remove(user.userId(), user);
  }
}
