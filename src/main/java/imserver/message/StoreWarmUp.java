package imserver.message;

import imserver.database.StorageException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Has a message stored and marked as read, and rolled back: before the first real one. */
@ApplicationScoped
public class StoreWarmUp {

  private static final System.Logger LOG = System.getLogger(StoreWarmUp.class.getName());

  /**
   * Above this are the ids of users whom hardly a site has; one who is there would wait for some
   * milliseconds. Servers that start at the same time take different ones.
   */
  private static final long UNLIKELY = 1L << 62;

  @Inject private MessageService service;
  @Inject private Clock clock;

  /** For the container, which injects the rest. */
  public StoreWarmUp() {}

  StoreWarmUp(MessageService service, Clock clock) {
    this.service = service;
    this.clock = clock;
  }

  /** Does it once; false where the database did not. Waits for it as any other request does. */
  public boolean tryOnce() {
    long sender = ThreadLocalRandom.current().nextLong(UNLIKELY, Long.MAX_VALUE);
    OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
    try {
      service.rehearse(
          List.of(
              new NewMessage(new DedupeKey(sender, "warm-up"), sender + 1, "你好", "1", now, null)));
      return true;
    } catch (StorageException e) {
      LOG.log(Level.INFO, "not warmed up further: {0}", e.getMessage());
      return false;
    }
  }
}
