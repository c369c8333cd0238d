package imserver.message;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a transaction changes in the list of conversations and in the unread counts, put together
 * over all of its messages. For one thread.
 */
final class Tally {

  /**
   * The change of a conversation.
   *
   * @param lastMessageId of the newest message that was added, 0 for none
   * @param unreadLow by how much the unread messages for the smaller id change
   * @param unreadHigh by how much those for the other
   */
  record Change(long lastMessageId, long unreadLow, long unreadHigh) {

    private Change plus(Change other) {
      return new Change(
          Math.max(lastMessageId, other.lastMessageId),
          unreadLow + other.unreadLow,
          unreadHigh + other.unreadHigh);
    }
  }

  private final SortedMap<Pair, Change> conversations = new TreeMap<>();
  private final SortedMap<Long, Long> unread = new TreeMap<>();

  /** Of messages that were added. */
  static Tally of(List<Draft> drafts) {
    Tally tally = new Tally();
    drafts.forEach(tally::stored);
    return tally;
  }

  private void stored(Draft draft) {
    add(draft.key().senderId(), draft.recipientId(), draft.id(), 1);
  }

  /** Messages from one user to another were unread and are read now. */
  void read(long senderId, long recipientId, long count) {
    add(senderId, recipientId, 0, -count);
  }

  private void add(long senderId, long recipientId, long messageId, long count) {
    boolean forLow = recipientId < senderId;
    conversations.merge(
        Pair.of(senderId, recipientId),
        new Change(messageId, forLow ? count : 0, forLow ? 0 : count),
        Change::plus);
    unread.merge(recipientId, count, Long::sum);
  }

  boolean isEmpty() {
    return conversations.isEmpty();
  }

  /** In the order in which rows are to be locked. */
  SortedMap<Pair, Change> conversations() {
    return conversations;
  }

  /** By user, in the order in which rows are to be locked. */
  SortedMap<Long, Long> unread() {
    return unread;
  }
}
