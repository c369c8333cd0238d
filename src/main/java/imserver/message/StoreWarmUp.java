package imserver.message;

import imserver.auth.UserPrincipal;
import imserver.database.Rehearsed;
import imserver.database.StorageException;
import imserver.directory.UserDirectory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Has the database do what a new connection and a message take, and rolls back what that writes:
 * before the first real ones. Safe for use by several threads.
 */
@ApplicationScoped
public class StoreWarmUp {

  private static final System.Logger LOG = System.getLogger(StoreWarmUp.class.getName());

  /**
   * Above this are the ids of users whom hardly a site has; one who is there would wait for some
   * milliseconds. Each rehearsal takes others, so that none waits for another.
   */
  private static final long UNLIKELY_ID = 1L << 62;

  @Inject private MessageService service;
  @Inject private UserDirectory directory;
  @Inject private Clock clock;

  /** For the container, which injects the rest. */
  public StoreWarmUp() {}

  StoreWarmUp(MessageService service, UserDirectory directory, Clock clock) {
    this.service = service;
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * Does it once. Waits for the database as any request does.
   *
   * @return false where the database has not done it
   */
  public boolean tryOnce() {
    long sender = ThreadLocalRandom.current().nextLong(UNLIKELY_ID, Long.MAX_VALUE);
    try {
      rehearseConnection(sender);
      rehearseMessage(sender);
      return true;
    } catch (RuntimeException e) { // also of the container's commit, which is no StorageException
      if (StorageException.isFault(e)) {
        throw e;
      }
      LOG.log(Level.INFO, "not warmed up further: {0}", e.getMessage());
      return false;
    }
  }

  private void rehearseConnection(long user) {
    try {
      directory.rehearse(new UserPrincipal(user, null, null, null));
    } catch (Rehearsed e) {
      // and with that rolled back
    } finally {
      directory.forget(user);
    }
    service.position(user);
    service.unread(user, 0, 1);
  }

  private void rehearseMessage(long sender) {
    service.rehearse(List.of(message(sender)));
    directory.profiles(Set.of(sender));
  }

  /**
   * One to which no rule for strangers applies, since it would be refused where these are shut out.
   */
  private NewMessage message(long sender) {
    return new NewMessage(
        new DedupeKey(sender, "warm-up"),
        sender + 1,
        "你好",
        "1",
        OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS),
        null,
        List.of(),
        true,
        false,
        false,
        false);
  }
}
