package imserver.rest;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.jspecify.annotations.Nullable;

/**
 * Listens for the end of a request from its beginning, as containers want it, for the {@link
 * ResponseWriter} that comes later. Safe for use by several threads.
 */
final class ResponseEndListener implements AsyncListener {

  private @Nullable ResponseWriter writer;
  private boolean over;

  /** Passes the end of the request on to this writer. Returns false where it has ended already. */
  synchronized boolean passTo(ResponseWriter listening) {
    writer = listening;
    return !over;
  }

  private synchronized @Nullable ResponseWriter end() {
    over = true;
    return writer;
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    ResponseWriter listening = end();
    if (listening != null) {
      listening.onTimeout(event);
    }
  }

  @Override
  public void onError(AsyncEvent event) {
    ResponseWriter listening = end();
    if (listening != null) {
      listening.onError(event);
    }
  }

  @Override
  public void onComplete(AsyncEvent event) {
    ResponseWriter listening = end();
    if (listening != null) {
      listening.onComplete(event);
    }
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
