package imserver.rest;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what ends a dispatch of the container back until the dispatch has left our filter. On
 * Payara what another thread does in the midst of it is lost ({@code
 * AsyncContextImpl.processAsyncOperations}). Safe for use by several threads.
 */
final class AfterDispatch {

  /** What fails as the container's streams do. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  private boolean left;
  private @Nullable Step waiting;

  /** Runs a step: now, or on the thread that calls {@link #leave}. To be called once. */
  void run(Step step) throws IOException {
    synchronized (this) {
      if (!left) {
        waiting = step;
        return;
      }
    }
    step.run();
  }

  /** The dispatch is about to leave the filter. */
  void leave() throws IOException {
    Step step;
    synchronized (this) {
      left = true;
      step = waiting;
      waiting = null;
    }
    if (step != null) {
      step.run();
    }
  }
}
