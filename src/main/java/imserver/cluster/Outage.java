package imserver.cluster;

import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Says once that something has been wrong for a while, and why, and once that it is right again.
 * For one thread at a time.
 */
final class Outage {

  private static final System.Logger LOG = System.getLogger(Outage.class.getName());

  private final Duration patience;
  private final String begins;
  private final String ends;

  /** Since when it is wrong, in {@link System#nanoTime}; while it is. */
  private long since;

  private boolean wrong;
  private boolean said;

  /**
   * One that is right.
   *
   * @param patience how long it may be wrong without a word
   * @param begins what is said then, before the reason
   * @param ends what is said afterwards
   */
  Outage(Duration patience, String begins, String ends) {
    this.patience = patience;
    this.begins = begins;
    this.ends = ends;
  }

  /** It is wrong, or right, at this moment. */
  void is(boolean wrongNow, String reason, long now) {
    if (wrongNow && !wrong) {
      since = now;
    }
    wrong = wrongNow;
    if (wrong && !said && now - since >= patience.toNanos()) {
      said = true;
      LOG.log(Level.WARNING, "{0} {1}", begins, reason);
    } else if (!wrong && said) {
      said = false;
      LOG.log(Level.INFO, ends);
    }
  }
}
