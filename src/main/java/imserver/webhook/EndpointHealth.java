package imserver.webhook;

import imserver.webhook.Answer.Failed;
import imserver.webhook.Answer.Failed.Kind;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether the endpoint takes what it is told: where it does not, it is tried with one conversation
 * at a time, and with pauses, instead of with all. Safe for use by several threads.
 */
final class EndpointHealth {

  private static final System.Logger LOG = System.getLogger(EndpointHealth.class.getName());

  /** So many failures in a row, of whatever conversations, are the endpoint's. */
  private static final int FAILURES = 5;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /**
   * Java's client (17.0.15) does not close a connection on which it has read what is no HTTP; that
   * is left to the other side.
   */
  private static final Duration PAUSE_WITHOUT_HTTP = Duration.ofMinutes(10);

  /** The longest that the endpoint may ask for. */
  private static final Duration LONGEST_WANTED_PAUSE = Duration.ofMinutes(5);

  private static final Duration PAUSE_WHEN_GONE = Duration.ofHours(1);

  private final LongSupplier nanos;
  private int failures;
  private Duration pause = Duration.ZERO;
  private long pausedUntil;
  private boolean isFailing;

  EndpointHealth(LongSupplier nanos) {
    this.nanos = nanos;
    this.pausedUntil = nanos.getAsLong();
  }

  /**
   * How many conversations more may be told at the moment.
   *
   * @param running how many are being told
   * @param most how many are at a time where all is well
   */
  synchronized int room(int running, int most) {
    if (isPaused()) {
      return 0;
    }
    return Math.max(0, (isFailing ? 1 : most) - running);
  }

  /** Whether it is to be left alone for a while. */
  synchronized boolean isPaused() {
    return nanos.getAsLong() - pausedUntil < 0;
  }

  synchronized void taken() {
    if (isFailing) {
      LOG.log(Level.INFO, "the webhook takes what it is told again");
    }
    failures = 0;
    isFailing = false;
    pause = Duration.ZERO;
    pausedUntil = nanos.getAsLong();
  }

  synchronized void failed(Failed answer) {
    failures++;
    if (answer.kind() == Kind.GONE) {
      if (!isFailing || pause.compareTo(PAUSE_WHEN_GONE) < 0) {
        LOG.log(
            Level.ERROR,
            "the webhook says that it is gone (HTTP 410): it is asked once an hour. Unset"
                + " IMSERVER_WEBHOOK_URL, or have it answer otherwise and start this server anew");
      }
      isFailing = true;
      pauseFor(PAUSE_WHEN_GONE);
    } else if (!isPaused() && failures >= FAILURES) { // else it is one of many that began before
      if (!isFailing) {
        LOG.log(
            Level.WARNING,
            "the webhook does not take what it is told, and is tried more seldom: {0}",
            answer.reason());
      }
      isFailing = true;
      pauseFor(
          answer.kind() == Kind.NO_HTTP
              ? PAUSE_WITHOUT_HTTP
              : pause.isZero() ? FIRST_PAUSE : shorter(pause.multipliedBy(2), LONGEST_PAUSE));
    }
    if (answer.retryAfter() != null && answer.kind() != Kind.GONE) {
      Duration wanted = shorter(answer.retryAfter(), LONGEST_WANTED_PAUSE);
      if (nanos.getAsLong() + wanted.toNanos() - pausedUntil > 0) {
        pausedUntil = nanos.getAsLong() + wanted.toNanos();
      }
    }
  }

  private void pauseFor(Duration time) {
    pause = time;
    pausedUntil = nanos.getAsLong() + time.toNanos();
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
