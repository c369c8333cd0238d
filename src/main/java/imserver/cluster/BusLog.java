package imserver.cluster;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Says once that the bus is down, and why, and once that it carries again. For several threads. */
final class BusLog {

  private static final System.Logger LOG = System.getLogger(BusLog.class.getName());

  private @Nullable String broken;
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
    if (broken != null) {
      broken = null;
      LOG.log(matters ? Level.INFO : Level.DEBUG, "the bus between servers carries again");
    }
  }

  /** The bus is not connected, or not any more; as {@link #connected}. */
  synchronized void disconnected(String reason, boolean matters) {
    connected = false;
    if (!reason.equals(broken)) {
      broken = reason;
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
