package imserver.container;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Payara and GlassFish use their request objects again, and mark in each whether its thread has
 * left the container: before that an upgraded connection which is closed only asks that thread to
 * give the object back. They clear the mark when the object is given back and set it when the
 * thread leaves ({@code Request.onExitService}). Where a REST request is answered by another thread
 * in between, the mark is set last and stays for the next request. If that is a handshake, and its
 * client closes at once, the object is given back while the handshake is still at work on it: a
 * stack trace in the log, and an object that two requests share.
 */
final class StaleRequestFix {

  private static final System.Logger LOG = System.getLogger(StaleRequestFix.class.getName());

  private StaleRequestFix() {}

  /**
   * Clears the mark. To be called by the thread of the request, before it upgrades. Where the
   * request is not as expected nothing is changed.
   *
   * @param request the server's own object, as {@link UpgradeLeakFix#serverRequest} gives it
   */
  static void clear(@Nullable Object request) {
    if (request == null) {
      return;
    }
    try {
      UpgradeLeakFix.field(request.getClass(), "afterService").setBoolean(request, false);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.DEBUG, "a request is not as expected: {0}", e.toString());
    }
  }
}
