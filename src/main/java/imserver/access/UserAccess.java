package imserver.access;

import imserver.auth.Revocations;
import imserver.config.Config;
import imserver.config.Config.AuthMode;
import imserver.database.StorageException;
import imserver.packet.CloseCode;
import imserver.session.Connection;
import imserver.session.SessionRegistry;
import imserver.session.Workers;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Ends the access of users, and reads from the database whose access other servers have ended. */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class UserAccess {

  private static final System.Logger LOG = System.getLogger(UserAccess.class.getName());

  /** How often to read what other servers have written. */
  private static final Duration POLL = Duration.ofSeconds(2);

  private static final Duration TIDY = Duration.ofHours(1);

  @Inject private Config config;
  @Inject private Clock clock;
  @Inject private Workers workers;
  @Inject private SessionRegistry registry;
  @Inject private Revocations revocations;
  @Inject private RevocationStore store;

  /** By user: the ends of access on this server that are not in the database yet. */
  private final Map<Long, Instant> unkept = new ConcurrentHashMap<>();

  /** The time of the last reading, by the clock of the database. */
  private long asOf;

  private boolean failing;
  private final AtomicBoolean reading = new AtomicBoolean();

  /** For the container, which injects the rest. */
  public UserAccess() {}

  /** For tests; not started. */
  UserAccess(
      Config config,
      Clock clock,
      Workers workers,
      SessionRegistry registry,
      Revocations revocations,
      RevocationStore store) {
    this.config = config;
    this.clock = clock;
    this.workers = workers;
    this.registry = registry;
    this.revocations = revocations;
    this.store = store;
  }

  @PostConstruct
  void start() {
    if (config.auth().mode() == AuthMode.OPEN) {
      return; // nothing can be revoked
    }
    tidy();
    read();
    workers.runEvery(POLL, this::readSoon);
    workers.runEvery(TIDY, () -> workers.run(this::tidy));
  }

  /**
   * What {@link #end} has done.
   *
   * @param connections how many were closed on this server
   * @param over tokens that are issued from then on are accepted; their {@code iat} is in whole
   *     seconds
   */
  public record Ended(int connections, Instant over) {}

  /**
   * Closes the user's connections with 4403, and has every token refused that was issued up to the
   * end of this second. In open mode it closes the connections. Does not wait; {@link #keep} is to
   * be called after it.
   */
  public Ended end(long userId) {
    Instant now = clock.instant();
    Instant nextSecond = now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    boolean open = config.auth().mode() == AuthMode.OPEN;
    if (!open) { // first: who is registered after the connections were closed is checked after that
      revocations.revoke(userId, nextSecond);
      unkept.merge(userId, nextSecond, UserAccess::later);
    }
    List<Connection> connections = registry.connections(userId).toList();
    connections.forEach(each -> each.close(CloseCode.ACCESS_ENDED));
    return new Ended(connections.size(), open ? now : nextSecond);
  }

  /**
   * Keeps the end of an access in the database, for the next start and other servers.
   *
   * @throws StorageException if it could not be kept: it holds on this server, which goes on trying
   *     to keep it until it stops; it should be asked for again
   */
  public void keep(long userId, Ended ended) {
    if (config.auth().mode() != AuthMode.OPEN) { // else nothing is revoked
      keep(userId, ended.over());
    }
  }

  private void keep(long userId, Instant moment) {
    try {
      store.put(userId, moment);
    } catch (StorageException e) {
      store.put(userId, moment); // another call may have entered the user
    }
    unkept.computeIfPresent(userId, (user, last) -> last.isAfter(moment) ? last : null);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /** One reading at a time: while the database hangs no other is started. */
  private void readSoon() {
    if (reading.compareAndSet(false, true)) {
      workers.run(this::readIfPossible);
    }
  }

  private void readIfPossible() {
    try {
      unkept.forEach(this::keep);
      read();
      failing = false;
    } catch (RuntimeException e) {
      LOG.log(
          failing ? Level.DEBUG : Level.WARNING,
          "whose access was ended cannot be kept, or read of other servers: {0}",
          e.getMessage());
      failing = true;
    } finally {
      reading.set(false);
    }
  }

  private void read() {
    RevocationStore.Written written = store.writtenSince(asOf);
    written.issuedBefore().forEach(revocations::revoke);
    asOf = written.asOf();
  }

  /** Drops revocations that concern only tokens that have expired, by the longest lifetime. */
  private void tidy() {
    int longest = config.auth().maxLifetime();
    if (longest > 0) {
      Instant expired = clock.instant().minusSeconds(longest).minus(TIDY);
      store.deleteBefore(expired);
      revocations.forget(expired);
    }
  }
}
