package imserver.message;

/**
 * The message that is stored under the key of a {@link Draft}.
 *
 * @param messageId its id
 * @param same whether it says the same as the draft ({@link Draft#saysTheSameAs})
 */
record Earlier(long messageId, boolean same) {

  Outcome outcome() {
    return same ? new Outcome.Duplicate(messageId) : new Outcome.Reused(messageId);
  }
}
