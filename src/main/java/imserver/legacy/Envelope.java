package imserver.legacy;

import imserver.rest.Problem;
import jakarta.json.bind.annotation.JsonbNillable;
import org.jspecify.annotations.Nullable;

/**
 * The form of every answer of the original back end.
 *
 * @param code 0 for success
 * @param msg a text for people
 * @param data null for a failure, and where the answer has no data
 */
@JsonbNillable
public record Envelope(int code, String msg, @Nullable Object data) {

  static Envelope of(@Nullable Object data) {
    return new Envelope(0, "success", data);
  }

  static Envelope of(Problem problem) {
    return new Envelope(problem.status(), problem.detail(), null);
  }
}
