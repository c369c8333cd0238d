package imserver.packet;

/** A packet from a client; what depends on its sender is not checked yet. */
public sealed interface Request permits SendMessage, MarkRead, MalformedRequest {

  /**
   * The client's own mark for this packet, echoed in the answer character for character.
   *
   * @return at most {@value SendMessage#MAX_TIMESTAMP} characters; "" where the packet carried none
   *     or it could not be read
   */
  String timestamp();

  /** Calls the method of {@code handler} for this kind of request. */
  void accept(Handler handler);

  /** One method for each kind of request. */
  interface Handler {

    /** {@code type} 0. */
    void sendMessage(SendMessage request);

    /** {@code type} 1. */
    void markRead(MarkRead request);

    /** A packet that does not have the form of a request. */
    void malformed(MalformedRequest request);
  }
}
