package imserver.message;

import imserver.cluster.Change.MessageRecalled;

/** What became of a recall. */
public sealed interface RecallOutcome {

  /**
   * The content is erased.
   *
   * @param senderChange the number of this change for the sender
   * @param recipientChange the same for the recipient: the same number where both are one, 0 where
   *     the message was silenced
   * @param unread how many messages of the sender the recipient has not read now
   */
  record Recalled(
      long messageId,
      long senderId,
      long senderChange,
      long recipientId,
      long recipientChange,
      long unread)
      implements RecallOutcome {

    /** The change that this is. */
    MessageRecalled asChange() {
      return new MessageRecalled(
          messageId, senderId, senderChange, recipientId, recipientChange, unread);
    }
  }

  /** The message was recalled before. */
  record RecalledBefore() implements RecallOutcome {}

  /** Nothing is done: the message is too old. */
  record Expired() implements RecallOutcome {}

  /** Nothing is done: the sender is suspended. */
  record Suspended() implements RecallOutcome {}

  /** There is no such message of the sender. */
  record NotFound() implements RecallOutcome {}
}
