package imserver.packet;

import org.jspecify.annotations.Nullable;

/**
 * A packet that does not have the form of a request, with the failure to answer. A value rather
 * than an exception, since that is an ordinary answer and the connection goes on.
 *
 * @param code what is wrong
 * @param reason one sentence in English, without any text of the packet
 * @param timestamp the packet's mark where it could be read, else ""
 * @param requestId the client's name for the request, as JSON; null where there is none or it could
 *     not be read
 */
public record MalformedRequest(
    FailureCode code, String reason, String timestamp, @Nullable String requestId)
    implements Request {

  /** Of a request without a name. */
  public MalformedRequest(FailureCode code, String reason, String timestamp) {
    this(code, reason, timestamp, null);
  }

  @Override
  public void accept(Handler handler) {
    handler.malformed(this);
  }
}
