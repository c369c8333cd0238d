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
 * Caches entries of the directory for ten minutes, and the names and avatars in the tokens (claims)
 * of users who have connected and whose entries the database does not have in that form yet. Every
 * method may be called by any thread.
 */
@ApplicationScoped
public class ProfileCache {

  /** After this long a change that another server made, and that was not told here, is seen. */
  private static final Duration FRESH = Duration.ofMinutes(10);

  @Inject private Config config;

  private Cache<Long, DirectoryEntry> entries;
  private Cache<Long, UserPrincipal> claims;

  /** For the container, which injects the rest. */
  public ProfileCache() {}

  ProfileCache(Config config) {
    this.config = config;
    create();
  }

  @PostConstruct
  void create() {
    entries = cache();
    claims = cache();
  }

  private <V> Cache<Long, V> cache() {
    return Caffeine.newBuilder()
        .maximumSize(config.limits().profiles())
        .expireAfterWrite(FRESH)
        .executor(Runnable::run) // no thread of the JVM's common pool, which outlives the WAR
        .build();
  }

  /** The entry of the user; null where none is cached. */
  @Nullable DirectoryEntry get(long userId) {
    return entries.getIfPresent(userId);
  }

  /** The entries of those of the users that are cached. */
  Map<Long, DirectoryEntry> get(Collection<Long> userIds) {
    return entries.getAllPresent(userIds);
  }

  /** Keeps an entry that was read or written under the lock of its row. */
  void put(DirectoryEntry entry) {
    entries.put(entry.profile().userId(), entry);
  }

  /** Forgets the entry of a user. */
  void remove(long userId) {
    entries.invalidate(userId);
  }

  /** Forgets all entries. */
  void clear() {
    entries.invalidateAll();
  }

  /** Keeps an entry that was read, unless there is one: that may be newer. */
  void putIfAbsent(DirectoryEntry entry) {
    var unused = entries.asMap().putIfAbsent(entry.profile().userId(), entry);
  }

  /**
   * Keeps name and avatar of a user's token, until {@link #removeClaims}. Whether they count is
   * known only with the entry, which may have to be read first.
   */
  void putClaims(UserPrincipal user) {
    claims.put(user.userId(), user);
    DirectoryEntry known = get(user.userId());
    if (known != null && !known.updatedBy(user).equals(known)) { // else it would live longer
      var unused =
          entries.asMap().computeIfPresent(user.userId(), (id, entry) -> entry.updatedBy(user));
    }
  }

  /** The entry with name and avatar of the user's token, where these count. */
  DirectoryEntry withClaims(DirectoryEntry entry) {
    UserPrincipal user = claims.getIfPresent(entry.profile().userId());
    return user == null ? entry : entry.updatedBy(user);
  }

  /**
   * Forgets name and avatar of a token, since the database has them. Leaves those of a newer one.
   */
  void removeClaims(UserPrincipal user) {
    var unused = claims.asMap().remove(user.userId(), user);
  }
}
