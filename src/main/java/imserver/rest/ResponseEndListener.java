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

  /** Whether the request has not ended: then the writer is told when it does. */
  synchronized boolean tell(ResponseWriter listening) {
    writer = listening;
    return !over;
  }

  private synchronized @Nullable ResponseWriter end() {
    over = true;
    return writer;
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    ResponseWriter told = end();
    if (told != null) {
      told.onTimeout(event);
    }
  }

  @Override
  public void onError(AsyncEvent event) {
    ResponseWriter told = end();
    if (told != null) {
      told.onError(event);
    }
  }

  @Override
  public void onComplete(AsyncEvent event) {
    ResponseWriter told = end();
    if (told != null) {
      told.onComplete(event);
    }
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
