package imserver.message;

/** What became of a {@link Draft}. */
sealed interface Outcome {

  /** Stored, and to be delivered. */
  record Stored(long messageId) implements Outcome {}

  /** A retry of a message that is stored already, and was delivered then. */
  record Duplicate(long messageId) implements Outcome {}

  /** Not stored: there is no such recipient. */
  record UnknownRecipient() implements Outcome {}
}
