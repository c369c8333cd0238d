package imserver.packet;

/**
 * A packet outside the grammar, with what the client is to be told. A value rather than an
 * exception, since it is an ordinary answer and the connection goes on.
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
