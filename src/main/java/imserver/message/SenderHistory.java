package imserver.message;

import java.util.Map;
import java.util.Set;

/**
 * What is known of the users of a batch when it is decided what is done with its messages.
 *
 * @param pairs what had become of their conversations before; none for those who have none
 * @param strangerQuotas the quota of those users who have one of their own
 * @param newRecipients to how many users each has written first within the last hour; none for 0
 * @param suspended those who may not write
 */
record SenderHistory(
    Map<UserPair, PairHistory> pairs,
    Map<Long, Integer> strangerQuotas,
    Map<Long, Integer> newRecipients,
    Set<Long> suspended) {

  /**
   * What has become of a conversation.
   *
   * @param sentByLow how many messages low has sent to high
   * @param sentByHigh the same the other way round
   * @param blockedByLow whether low has blocked high
   * @param blockedByHigh the same the other way round
   */
  record PairHistory(long sentByLow, long sentByHigh, boolean blockedByLow, boolean blockedByHigh) {

    static final PairHistory NONE = new PairHistory(0, 0, false, false);

    /** Whether nobody has sent anything. */
    boolean isEmpty() {
      return sentByLow == 0 && sentByHigh == 0;
    }
  }
}
