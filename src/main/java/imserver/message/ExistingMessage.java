package imserver.message;

import java.time.OffsetDateTime;

/**
 * A message that is already stored under the key of a {@link NewMessage}.
 *
 * @param messageId its id
 * @param createdAt when it came
 * @param same whether it says the same as the new message ({@link NewMessage#saysTheSameAs}), or
 *     was recalled and went to the same recipient
 */
record ExistingMessage(long messageId, OffsetDateTime createdAt, boolean same) {

  Outcome outcome() {
    return same ? new Outcome.Duplicate(messageId, createdAt) : new Outcome.Reused(messageId);
  }
}
