package imserver.message;

import imserver.message.Outcome.Stored;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * By how much a batch of new messages raises the rows of users and conversations, counted before
 * the database is asked, which then only has to write. For one thread.
 *
 * <p>Every message is a change for its sender and for its recipient, unless it is silenced: then
 * for its sender alone. Which number it gets is known when the database has raised the heads of the
 * users; which of a user's changes in this batch it is, is known here.
 */
final class ConversationDeltas {

  /** What changes for one user. */
  private static final class User {

    /** From 1, in the order of the ids. */
    int position;

    int changes;
    int received;
  }

  /** What changes in one conversation. */
  private static final class Conversation {

    final User low;
    final User high;

    /** The ordinal of the last message that each side sees, 0 for none. */
    int lastOfLow;

    int lastOfHigh;

    /** What is to be read. */
    int toLow;

    int toHigh;

    int silencedOfLow;
    int silencedOfHigh;

    /**
     * Those with which it begins until the other side answers, up to the last to whose sender the
     * rules apply: positive where they are of low, negative where they are of high.
     */
    int unanswered;

    /** How many messages of the side that has begun, or -1 where the other one has answered. */
    int begun;

    boolean lowHasBegun;

    /** Among the conversations, in the order of their pairs. */
    int index;

    /** Which change of its user the last one is, on each side. */
    int lowChange;

    int highChange;

    Conversation(User low, User high) {
      this.low = low;
      this.high = high;
    }

    void sees(boolean isHigh, int ordinal) {
      if (isHigh) {
        lastOfHigh = ordinal;
        highChange = high.changes;
      } else {
        lastOfLow = ordinal;
        lowChange = low.changes;
      }
    }

    void begins(boolean ofLow, boolean exempt) {
      if (begun == 0) {
        lowHasBegun = ofLow;
      }
      if (begun < 0 || ofLow != lowHasBegun) {
        begun = -1;
        return;
      }
      begun++;
      if (!exempt) {
        unanswered = lowHasBegun ? begun : -begun;
      }
    }
  }

  /** The user 0, who has no row, sees no changes and has no position. */
  private final User system = new User();

  private final SortedMap<Long, User> users = new TreeMap<>();
  private final SortedMap<UserPair, Conversation> conversations = new TreeMap<>();
  private final User[] senders;
  private final User[] recipients;
  private final Conversation[] conversationOf;

  /** How many messages of its conversation and direction there are up to this one. */
  private final int[] nthOfDirection;

  private final int[] senderChanges;
  private final int[] recipientChanges;

  private ConversationDeltas(int size) {
    senders = new User[size];
    recipients = new User[size];
    conversationOf = new Conversation[size];
    nthOfDirection = new int[size];
    senderChanges = new int[size];
    recipientChanges = new int[size];
  }

  /** The deltas of messages that are to be added in this order. */
  static ConversationDeltas of(List<NewMessage> newMessages) {
    ConversationDeltas deltas = new ConversationDeltas(newMessages.size());
    for (int i = 0; i < newMessages.size(); i++) {
      deltas.count(i, newMessages.get(i));
    }
    int position = 0;
    for (User user : deltas.users.values()) {
      user.position = ++position;
    }
    int index = 0;
    for (Conversation conversation : deltas.conversations.values()) {
      conversation.index = index++;
    }
    return deltas;
  }

  private void count(int index, NewMessage newMessage) {
    User sender = user(newMessage.senderId());
    User recipient = user(newMessage.recipientId());
    boolean silenced = newMessage.silenced();
    if (!silenced) {
      recipient.received++;
      recipient.changes++;
    }
    if (sender != recipient && sender != system) {
      sender.changes++;
    }
    senders[index] = sender;
    recipients[index] = recipient;
    senderChanges[index] = sender.changes;
    recipientChanges[index] = silenced ? 0 : recipient.changes;

    UserPair pair = UserPair.of(newMessage.senderId(), newMessage.recipientId());
    Conversation conversation =
        conversations.computeIfAbsent(
            pair, key -> new Conversation(user(key.low()), user(key.high())));
    boolean toHigh = pair.isHigh(newMessage.recipientId());
    if (!silenced || !toHigh) {
      conversation.sees(true, index + 1);
    }
    if (!silenced || toHigh) {
      conversation.sees(false, index + 1);
    }
    if (sender != system && sender != recipient) {
      conversation.begins(toHigh, newMessage.exempt());
    }
    conversationOf[index] = conversation;
    nthOfDirection[index] = silenced ? silenced(conversation, toHigh) : next(conversation, toHigh);
  }

  private static int next(Conversation conversation, boolean toHigh) {
    return toHigh ? ++conversation.toHigh : ++conversation.toLow;
  }

  /** Counts it, and returns that it is none of those that are to be read. */
  private static int silenced(Conversation conversation, boolean toHigh) {
    if (toHigh) {
      conversation.silencedOfLow++;
    } else {
      conversation.silencedOfHigh++;
    }
    return 0;
  }

  private User user(long id) {
    return id == 0 ? system : users.computeIfAbsent(id, key -> new User());
  }

  /** The ids of the users who see a change, ascending: their rows are locked in this order. */
  long[] users() {
    return longs(users.keySet(), id -> id);
  }

  /** By how much the head of each user rises. */
  int[] changes() {
    return ints(users.values(), user -> user.changes);
  }

  /** By how much the unread count of each user rises. */
  int[] received() {
    return ints(users.values(), user -> user.received);
  }

  /** The smaller id of each conversation. */
  long[] lows() {
    return longs(conversations.keySet(), UserPair::low);
  }

  /** The other id of each conversation. */
  long[] highs() {
    return longs(conversations.keySet(), UserPair::high);
  }

  /** The conversations. */
  Set<UserPair> pairs() {
    return conversations.keySet();
  }

  /** The ordinal, from 1, of the last message of each conversation that low sees; 0 for none. */
  int[] lowLasts() {
    return ints(conversations.values(), conversation -> conversation.lastOfLow);
  }

  /** The same for high. */
  int[] highLasts() {
    return ints(conversations.values(), conversation -> conversation.lastOfHigh);
  }

  /** How many messages of low are silenced; null where none is at all. */
  int @Nullable [] silencedOfLows() {
    return hasSilenced()
        ? ints(conversations.values(), conversation -> conversation.silencedOfLow)
        : null;
  }

  /** The same of high. */
  int @Nullable [] silencedOfHighs() {
    return hasSilenced()
        ? ints(conversations.values(), conversation -> conversation.silencedOfHigh)
        : null;
  }

  private boolean hasSilenced() {
    return conversations.values().stream()
        .anyMatch(each -> each.silencedOfLow + each.silencedOfHigh > 0);
  }

  /**
   * With how many messages each conversation begins until the other side answers, up to the last to
   * whose sender the rules apply: positive where they are of low, negative where they are of high.
   */
  int[] unanswered() {
    return ints(conversations.values(), conversation -> conversation.unanswered);
  }

  /** How many messages low has sent. */
  int[] sentByLows() {
    return ints(conversations.values(), each -> each.toHigh + each.silencedOfLow);
  }

  /** The same of high. */
  int[] sentByHighs() {
    return ints(conversations.values(), each -> each.toLow + each.silencedOfHigh);
  }

  /** By how much the unread count on the side of low rises. */
  int[] toLows() {
    return ints(conversations.values(), conversation -> conversation.toLow);
  }

  /** By how much the unread count on the side of high rises. */
  int[] toHighs() {
    return ints(conversations.values(), conversation -> conversation.toHigh);
  }

  /** The position of low among the users, from 1; 0 for the system. */
  int[] lowPositions() {
    return ints(conversations.values(), conversation -> conversation.low.position);
  }

  /** How many changes of this batch low sees after the last one of the conversation. */
  int[] lowLaters() {
    return ints(
        conversations.values(), conversation -> conversation.low.changes - conversation.lowChange);
  }

  /** The position of high among the users, from 1. */
  int[] highPositions() {
    return ints(conversations.values(), conversation -> conversation.high.position);
  }

  /** How many changes of this batch high sees after the last one of the conversation. */
  int[] highLaters() {
    return ints(
        conversations.values(),
        conversation -> conversation.high.changes - conversation.highChange);
  }

  /**
   * The number of the last change of each conversation that low sees, 0 for the system and for
   * none.
   *
   * @param heads of the users, after these changes
   */
  long[] lowChanges(long[] heads) {
    return longs(conversations.values(), each -> number(each.low, each.lowChange, heads));
  }

  /** The same for high. */
  long[] highChanges(long[] heads) {
    return longs(conversations.values(), each -> number(each.high, each.highChange, heads));
  }

  /**
   * What became of the messages.
   *
   * @param ids of the messages
   * @param heads of the users, after these changes
   * @param counts of the conversations, after these changes: each time the unread messages to low,
   *     and those to high
   * @return with no change of the recipient, and no count, where a message is silenced
   */
  List<Stored> stored(long[] ids, long[] heads, long[] counts) {
    List<Stored> stored = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      stored.add(
          new Stored(
              ids[i],
              number(senders[i], senderChanges[i], heads),
              number(recipients[i], recipientChanges[i], heads),
              unread(i, counts)));
    }
    return stored;
  }

  /** What the recipient has not read of the sender after a message, before those that follow it. */
  private long unread(int index, long[] counts) {
    if (nthOfDirection[index] == 0) {
      return 0;
    }
    Conversation conversation = conversationOf[index];
    boolean toHigh = recipients[index] == conversation.high;
    int later = (toHigh ? conversation.toHigh : conversation.toLow) - nthOfDirection[index];
    return counts[2 * conversation.index + (toHigh ? 1 : 0)] - later;
  }

  private long number(User user, int change, long[] heads) {
    return user == system || change == 0 ? 0 : heads[user.position - 1] - (user.changes - change);
  }

  private static <T> long[] longs(Collection<T> elements, ToLongFunction<T> value) {
    return elements.stream().mapToLong(value).toArray();
  }

  private static <T> int[] ints(Collection<T> elements, ToIntFunction<T> value) {
    return elements.stream().mapToInt(value).toArray();
  }
}
