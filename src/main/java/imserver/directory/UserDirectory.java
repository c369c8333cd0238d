package imserver.directory;

import imserver.auth.UserPrincipal;
import imserver.database.Rehearsed;
import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names and avatars of users. */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class UserDirectory {

  @PersistenceContext private EntityManager entities;
  @Inject private ProfileCache cache;
  @Inject private Clock clock;

  /** For the container, which injects the rest. */
  public UserDirectory() {}

  /**
   * The profiles of those of {@code userIds} that the directory has.
   *
   * @throws StorageException if one had to be read from the database and could not
   */
  public Map<Long, UserProfile> find(Set<Long> userIds) {
    Map<Long, UserProfile> found = new HashMap<>();
    entries(userIds).forEach((userId, entry) -> found.put(userId, entry.profile()));
    return found;
  }

  /**
   * The profiles of {@code userIds}: also of those that the directory does not have.
   *
   * @throws StorageException if one had to be read from the database and could not
   */
  public Profiles profiles(Set<Long> userIds) {
    return new Profiles(find(userIds));
  }

  private Map<Long, DirectoryEntry> entries(Set<Long> userIds) {
    Map<Long, DirectoryEntry> found = new HashMap<>(cache.get(userIds));
    Set<Long> missing = new HashSet<>(userIds);
    missing.removeAll(found.keySet());
    rows(missing, LockModeType.NONE)
        .map(User::entry)
        .map(cache::withClaims)
        .forEach(
            entry -> {
              found.put(entry.profile().userId(), entry);
              cache.putIfAbsent(entry);
            });
    missing.removeAll(found.keySet());
    for (long userId : missing) { // may have connected a moment ago and not be entered yet
      DirectoryEntry unknown = DirectoryEntry.unknown(userId);
      DirectoryEntry entry = cache.withClaims(unknown);
      if (!entry.equals(unknown)) {
        found.put(userId, entry);
      }
    }
    return found;
  }

  /**
   * Those of {@code userIds} that the directory has, in a transaction of its own: its database
   * connection is free again when this returns, for a caller that then needs another.
   *
   * @throws StorageException if one had to be read from the database and could not
   */
  @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
  public Set<Long> known(Set<Long> userIds) {
    return Set.copyOf(find(userIds).keySet());
  }

  /**
   * How a user is shown to others: by what the host application has set, else by the credential,
   * else by what the directory has.
   *
   * @throws StorageException if it had to be read from the database and could not
   */
  public UserProfile profile(UserPrincipal user) {
    DirectoryEntry unknown = DirectoryEntry.unknown(user.userId());
    return entries(Set.of(user.userId()))
        .getOrDefault(user.userId(), unknown)
        .updatedBy(user)
        .profile();
  }

  /**
   * Users whose names begin with a text, whether letters are upper or lower case, in the order of
   * their names.
   *
   * @param beginning not empty
   * @throws StorageException if the database did not answer
   */
  public List<UserProfile> findByName(String beginning, int limit) {
    String from = UserProfile.searchForm(beginning);
    return entities
        .createQuery(
            // A range in place of "like": it needs no escapes, and uses the index in every plan.
            """
            select u from User u where u.searchName >= :from and u.searchName < :end
            order by u.searchName, u.id
            """,
            User.class)
        .setParameter("from", from)
        .setParameter("end", after(from))
        .setMaxResults(limit)
        .getResultStream()
        .map(User::profile)
        .toList();
  }

  /** The first text, by code points, that comes after all that begin with {@code beginning}. */
  private static String after(String beginning) {
    int last = beginning.offsetByCodePoints(beginning.length(), -1);
    int next = beginning.codePointAt(last) + 1;
    if (next > Character.MAX_CODE_POINT) {
      return beginning + beginning.substring(last);
    }
    int character = next == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : next;
    return beginning.substring(0, last) + Character.toString(character);
  }

  /**
   * From now on shows a user by the name and avatar of the credential, except for what the host
   * application has set. Writes nothing to the database and never waits, so that the first message
   * of a connection has the right name already.
   */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public void putClaims(UserPrincipal user) {
    if (user.userName() != null || user.avatar() != null) {
      cache.putClaims(user);
    }
  }

  /**
   * Enters users into the directory, or replaces their entries, all or none. What is set here
   * counts more than the tokens; what is null is left to the tokens again.
   *
   * @throws StorageException if the database did not take it
   */
  public void put(Collection<UserProfile> profiles) {
    OffsetDateTime now = OffsetDateTime.now(clock);
    Map<Long, User> known = new HashMap<>();
    rows(
            profiles.stream().map(UserProfile::userId).collect(Collectors.toSet()),
            LockModeType.PESSIMISTIC_WRITE)
        .forEach(user -> known.put(user.profile().userId(), user));
    for (UserProfile profile : profiles) {
      User user = known.get(profile.userId());
      DirectoryEntry entry = DirectoryEntry.byHost(profile);
      if (user == null) {
        User created = new User(entry, now);
        entities.persist(created);
        known.put(profile.userId(), created);
      } else {
        user.update(entry, now);
      }
    }
    entities.flush();
    profiles.stream().map(DirectoryEntry::byHost).forEach(cache::put);
  }

  /** Another server has changed the entry of a user: it is read again when it is needed. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public void forget(long userId) {
    cache.remove(userId);
  }

  /** The same of all users, where it may not have been heard which ones were changed. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public void forgetAll() {
    cache.clear();
  }

  /** The ids of users in the directory, ascending, above one. */
  public List<Long> idsAfter(long userId, int limit) {
    return entities
        .createQuery("select u.id from User u where u.id > :after order by u.id", Long.class)
        .setParameter("after", userId)
        .setMaxResults(limit)
        .getResultList();
  }

  /** The rows in one order, so that no two transactions that lock them wait for each other. */
  private Stream<User> rows(Set<Long> userIds, LockModeType lock) {
    return userIds.isEmpty()
        ? Stream.empty()
        : entities
            .createQuery("select u from User u where u.id in :ids order by u.id", User.class)
            .setParameter("ids", userIds)
            .setLockMode(lock)
            .getResultStream();
  }

  /**
   * Enters a user into the directory, or brings its entry up to date. Writes only where something
   * is new.
   *
   * @return whether it has
   * @throws StorageException if the database did not take it, also where two connections of a new
   *     user came at once
   */
  public boolean record(UserPrincipal principal) {
    User user = entities.find(User.class, principal.userId());
    if (user == null) {
      DirectoryEntry entry = DirectoryEntry.unknown(principal.userId()).updatedBy(principal);
      entities.persist(new User(entry, OffsetDateTime.now(clock)));
      entities.flush();
      cache.put(entry);
      cache.removeClaims(principal);
      return true;
    }
    boolean updated = update(user, principal);
    cache.removeClaims(principal);
    return updated;
  }

  /**
   * Does what {@link #record} does, and rolls it back.
   *
   * @throws Rehearsed always, which rolls back, unless the database fails before; in both cases the
   *     user is to be {@linkplain #forget forgotten}
   */
  public void rehearse(UserPrincipal principal) {
    boolean unused = record(principal);
    throw new Rehearsed();
  }

  /** Locks the row only where it, or its cached entry, has to change. */
  private boolean update(User user, UserPrincipal principal) {
    DirectoryEntry entry = user.entry().updatedBy(principal);
    DirectoryEntry cached = cache.get(principal.userId());
    if (entry.equals(user.entry()) && (cached == null || entry.equals(cached))) {
      cache.putIfAbsent(entry);
      return false;
    }
    entities.refresh(user, LockModeType.PESSIMISTIC_WRITE);
    DirectoryEntry locked = user.entry().updatedBy(principal);
    boolean updated = !locked.equals(user.entry());
    if (updated) {
      user.update(locked, OffsetDateTime.now(clock));
      entities.flush();
    }
    cache.put(locked);
    return updated;
  }
}
