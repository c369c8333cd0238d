package imserver.message;

/**
 * A message that is already stored under the key of a {@link NewMessage}.
 *
 * @param messageId its id
 * @param same whether it says the same as the new message ({@link NewMessage#saysTheSameAs})
 */
record ExistingMessage(long messageId, boolean same) {

  Outcome outcome() {
    return same ? new Outcome.Duplicate(messageId) : new Outcome.Reused(messageId);
  }
}
