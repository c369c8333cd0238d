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
   * @param kind what that says of the endpoint
   */
  record Failed(String reason, @Nullable Duration retryAfter, Kind kind) implements Answer {

    /** What a failure says of the endpoint. */
    enum Kind {
      /** It may take the next one. */
      PASSING,
      /** It does not speak HTTP. */
      NO_HTTP,
      /** It says that it wants nothing more. */
      GONE
    }

    /** One that may pass. */
    static Failed of(String reason) {
      return new Failed(reason, null, Kind.PASSING);
    }
  }
}
