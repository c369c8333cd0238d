package imserver.cluster;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;

/**
 * Says once that the bus is down, once for each reason, and once that it carries again. For several
 * threads.
 */
final class BusLog {

  private static final System.Logger LOG = System.getLogger(BusLog.class.getName());

  /** So many reasons are said at most, of one outage. */
  private static final int MAX_REASONS = 10;

  /** Of the present outage. */
  private final Set<String> reasons = new HashSet<>();

  private boolean everConnected;
  private boolean connected;

  /**
   * The bus is connected.
   *
   * @param matters whether somebody misses something while it is not
   */
  synchronized void connected(boolean matters) {
    connected = true;
    everConnected = true;
    if (!reasons.isEmpty()) {
      reasons.clear();
      LOG.log(matters ? Level.INFO : Level.DEBUG, "the bus between servers carries again");
    }
  }

  /**
   * The bus is not connected, or not any more, or still not and for another reason; as {@link
   * #connected}.
   */
  synchronized void disconnected(String reason, boolean matters) {
    connected = false;
    if (reasons.size() < MAX_REASONS && reasons.add(reason)) {
      LOG.log(
          matters || !everConnected ? Level.WARNING : Level.DEBUG,
          "the bus between servers is down, what others store comes about 2 s later: {0}",
          reason);
    }
  }

  synchronized boolean isConnected() {
    return connected;
  }
}
