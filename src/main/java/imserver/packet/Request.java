package imserver.packet;

import org.jspecify.annotations.Nullable;

/** What a client asks for; what depends on the user is not checked yet. */
public sealed interface Request
    permits SendMessage,
        MarkRead,
        MarkReadUpTo,
        RecallMessage,
        Synchronize,
        Typing,
        MalformedRequest {

  /**
   * The client's own mark for a packet of version 1, echoed in the answer character for character.
   *
   * @return at most {@value SendMessage#MAX_TIMESTAMP} characters; "" where there is none or it
   *     could not be read
   */
  default String timestamp() {
    return "";
  }

  /**
   * The client's own name for a command of version 2, echoed in the answer.
   *
   * @return a string or number as JSON; null where there is none or it could not be read
   */
  default @Nullable String requestId() {
    return null;
  }

  /** Calls the method of {@code handler} for this kind of request. */
  void accept(Handler handler);

  /** One method for each kind of request. */
  interface Handler {

    /** {@code type} 0, {@code send}. */
    void sendMessage(SendMessage request);

    /** {@code type} 1. */
    void markRead(MarkRead request);

    /** {@code read}. */
    void markReadUpTo(MarkReadUpTo request);

    /** {@code recall}. */
    void recall(RecallMessage request);

    /** {@code sync}. */
    void synchronize(Synchronize request);

    /** {@code typing}. */
    void typing(Typing request);

    /** What does not have the form of a request. */
    void malformed(MalformedRequest request);
  }
}
