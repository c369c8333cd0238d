package imserver.message;

/** What became of a {@link Draft}. */
sealed interface Outcome {

  /** Stored, and to be delivered. */
  record Stored(long messageId) implements Outcome {}

  /** A retry of a message that is stored already, and was delivered then. */
  record Duplicate(long messageId) implements Outcome {}

  /** Not stored: another message of the sender, the one with this id, has its name. */
  record Reused(long messageId) implements Outcome {}

  /** Not stored: there is no such recipient. */
  record UnknownRecipient() implements Outcome {}
}
