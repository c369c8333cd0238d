package imserver.message;

import imserver.message.SendingRules.Decision;
import java.time.OffsetDateTime;

/** What became of a {@link NewMessage}. */
sealed interface Outcome {

  /**
   * Stored, and to be delivered.
   *
   * @param messageId positive, below 2^53
   * @param senderChange the number of this change for the sender, 0 for the system
   * @param recipientChange the number of this change for the recipient: the same number where the
   *     recipient is the sender, 0 where it is silenced
   * @param unread how many messages of the sender the recipient has not read then
   */
  record Stored(long messageId, long senderChange, long recipientChange, long unread)
      implements Outcome {}

  /** A retry of the message with this id, which was stored before and came at this time. */
  record Duplicate(long messageId, OffsetDateTime createdAt) implements Outcome {}

  /** Not stored: another message of the sender, the one with this id, has its key. */
  record Reused(long messageId) implements Outcome {}

  /** Not stored: there is no such recipient. */
  record UnknownRecipient() implements Outcome {}

  /** Not stored: it is refused for what it says. */
  record RefusedContent() implements Outcome {}

  /** Not stored: a rule of who may write to whom forbids it. */
  record Refused(Decision decision) implements Outcome {}
}
