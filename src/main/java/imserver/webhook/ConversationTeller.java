package imserver.webhook;

import imserver.monitoring.Meters;
import imserver.monitoring.Meters.WebhookOutcome;
import imserver.webhook.Answer.Failed;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Tells the events of one conversation, one after the other, as long as the lease surely lasts.
 * Safe for use by several threads.
 */
final class ConversationTeller {

  private static final System.Logger LOG = System.getLogger(ConversationTeller.class.getName());

  /** How many events are read at a time. */
  private static final int PAGE = 50;

  /** No request begins later than this in a lease: it takes 15 s, and the lease lasts for 60 s. */
  private static final Duration LAST_BEGIN = Duration.ofSeconds(40);

  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
  private static final Duration LONGEST_WAIT = Duration.ofHours(3);
  private static final int GROWTH = 4;

  /** From so many attempts on the wait is the longest. */
  private static final int MOST_GROWTHS = 6;

  /** By what part of itself a wait is longer or shorter, at most. */
  private static final double JITTER = 0.2;

  private final WebhookQueue queue;
  private final WebhookEndpoint endpoint;
  private final EndpointHealth health;
  private final LongSupplier nanos;
  private final Random random = new Random();
  private final String epoch;

  /**
   * A teller.
   *
   * @param epoch of the database, for the ids of events
   * @param nanos the time, as {@link System#nanoTime}
   */
  ConversationTeller(
      WebhookQueue queue,
      WebhookEndpoint endpoint,
      EndpointHealth health,
      String epoch,
      LongSupplier nanos) {
    this.queue = queue;
    this.endpoint = endpoint;
    this.health = health;
    this.epoch = epoch;
    this.nanos = nanos;
  }

  /**
   * Tells what there is of a conversation, and ends the lease.
   *
   * @param leasedAt the time before it was leased
   * @throws InterruptedException if this thread was interrupted; the lease is given back
   */
  void tell(Lease lease, long leasedAt) throws InterruptedException {
    List<WebhookEvent> events = queue.events(lease, PAGE);
    List<Long> told = new ArrayList<>();
    int attempts = lease.attempts();
    boolean hasBegun = false;
    try {
      for (WebhookEvent event : events) {
        if (event.isTakenBack()) {
          told.add(event.id());
          continue;
        }
        if (isLate(leasedAt) || (hasBegun && health.isPaused())) {
          end(lease, told, attempts, Duration.ZERO);
          return;
        }
        hasBegun = true;
        Answer answer = send(event);
        if (answer instanceof Failed failed && !event.isOld()) {
          end(lease, told, attempts + 1, wait(attempts, failed));
          return;
        }
        if (answer instanceof Failed failed) {
          park(lease, event, failed);
        } else {
          told.add(event.id());
        }
        attempts = 0;
      }
    } catch (InterruptedException e) {
      end(lease, told, attempts, Duration.ZERO);
      throw e;
    }
    queue.told(lease, told);
    if (events.size() < PAGE) {
      queue.done(lease, events.isEmpty() ? null : events.get(events.size() - 1).id());
    } else {
      queue.giveBack(lease, 0, Duration.ZERO);
    }
  }

  private boolean isLate(long leasedAt) {
    return nanos.getAsLong() - leasedAt > LAST_BEGIN.toNanos();
  }

  private Answer send(WebhookEvent event) throws InterruptedException {
    String body;
    try {
      body = EventBody.of(event);
    } catch (IllegalStateException e) { // a newer server has written it, and can tell it
      return Failed.of(String.valueOf(e.getMessage()));
    }
    Answer answer = endpoint.send("evt_" + epoch + "_" + event.id(), body);
    Meters.webhookRequest(answer instanceof Failed ? WebhookOutcome.FAILED : WebhookOutcome.TAKEN);
    if (answer instanceof Failed failed) {
      health.failed(failed);
    } else {
      health.taken();
    }
    return answer;
  }

  private void end(Lease lease, List<Long> told, int attempts, Duration wait) {
    queue.told(lease, told);
    queue.giveBack(lease, attempts, wait);
  }

  private void park(Lease lease, WebhookEvent event, Failed failed) {
    queue.park(lease, event.id(), failed.reason());
    LOG.log(
        Level.WARNING,
        "the event {0} ({1}) could not be told for a day and is parked: {2}",
        Long.toString(event.id()),
        event.type(),
        failed.reason());
  }

  /** How long to wait after an attempt; {@code attempts} were before it. */
  private Duration wait(int attempts, Failed failed) {
    long millis = FIRST_WAIT.toMillis();
    for (int i = 0; i < Math.min(attempts, MOST_GROWTHS); i++) {
      millis = Math.min(millis * GROWTH, LONGEST_WAIT.toMillis());
    }
    millis = (long) (millis * (1 - JITTER + 2 * JITTER * random.nextDouble()));
    if (failed.retryAfter() != null) {
      millis = Math.max(millis, Math.min(failed.retryAfter().toMillis(), LONGEST_WAIT.toMillis()));
    }
    return Duration.ofMillis(millis);
  }
}
