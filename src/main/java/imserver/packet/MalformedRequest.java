package imserver.packet;

/**
 * A packet that does not have the form of a request, with the failure to answer. A value rather
 * than an exception, since that is an ordinary answer and the connection goes on.
 *
 * @param code what is wrong
 * @param reason one sentence in English, without any text of the packet
 * @param timestamp the packet's mark where it could be read, else ""
 */
public record MalformedRequest(FailureCode code, String reason, String timestamp)
    implements Request {

  @Override
  public void accept(Handler handler) {
    handler.malformed(this);
  }
}
