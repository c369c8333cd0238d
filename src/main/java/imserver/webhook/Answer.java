package imserver.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of a request to the endpoint. */
sealed interface Answer {

  /** It has taken it. */
  record Taken() implements Answer {}

  /**
   * It has not, as far as is known.
   *
   * @param reason a few words for an operator
   * @param retryAfter for how long it wants to be left alone; null where it does not say
   * @param isGone whether it says that it wants nothing more
   */
  record Failed(String reason, @Nullable Duration retryAfter, boolean isGone) implements Answer {

    /** One of whom nothing more is known. */
    static Failed of(String reason) {
      return new Failed(reason, null, false);
    }
  }
}
