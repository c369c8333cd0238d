package imserver.message;

import imserver.message.SenderHistory.PairHistory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who may write to whom: decides of the messages of a batch, one after the other, what is to be
 * done with them. Nothing is stored of who is suspended. A stranger to a user is who has never got
 * a message from him. For one batch and one thread.
 *
 * <p>On PostgreSQL the function {@code check_rules} looks under its locks whether what was decided
 * is right; a rule that changes is to be changed in both.
 */
final class SendingRules {

  /** What is to be done with a message. */
  enum Decision {
    /** It is refused: the sender is suspended. */
    REFUSE_SUSPENDED,
    /** It is stored. */
    STORE,
    /** It is stored, and seen by its sender alone. */
    SILENCE,
    /** It is refused: the recipient has blocked the sender. */
    REFUSE_BLOCKED,
    /** It is refused: the sender is a stranger, and the recipient takes no more of them. */
    REFUSE_STRANGER,
    /** It is refused: the sender has written first to as many users as one may within an hour. */
    REFUSE_NEW_RECIPIENT
  }

  private final SiteRules site;
  private final SenderHistory history;
  private final Map<List<Long>, Long> sent = new HashMap<>();
  private final Map<Long, Integer> newRecipients;

  /** The conversations that were begun with a message of this batch. */
  private final Set<UserPair> begun = new HashSet<>();

  private SendingRules(SiteRules site, SenderHistory history) {
    this.site = site;
    this.history = history;
    this.newRecipients = new HashMap<>(history.newRecipients());
  }

  /** Decides of messages that come in this order. */
  static List<Decision> decide(
      List<NewMessage> newMessages, SiteRules site, SenderHistory history) {
    SendingRules rules = new SendingRules(site, history);
    List<Decision> decisions = new ArrayList<>(newMessages.size());
    for (NewMessage newMessage : newMessages) {
      decisions.add(rules.decide(newMessage));
    }
    return decisions;
  }

  private Decision decide(NewMessage newMessage) {
    long sender = newMessage.senderId();
    long recipient = newMessage.recipientId();
    if (history.suspended().contains(sender)) {
      return Decision.REFUSE_SUSPENDED;
    }
    if (sender == 0 || sender == recipient) {
      return Decision.STORE;
    }
    boolean blocked = isBlocked(sender, recipient);
    if (blocked && !site.blockedSilently()) {
      return Decision.REFUSE_BLOCKED;
    }
    boolean isStranger = sent(recipient, sender) == 0 && !newMessage.exempt();
    if (isStranger && sent(sender, recipient) >= quotaOf(recipient)) {
      return Decision.REFUSE_STRANGER; // also where silenced: it must not show that he is blocked
    }
    UserPair pair = UserPair.of(sender, recipient);
    if (isStranger && historyOf(pair).isEmpty() && !begun.contains(pair)) {
      if (newRecipients.getOrDefault(sender, 0) >= site.newRecipients()) {
        return Decision.REFUSE_NEW_RECIPIENT;
      }
      newRecipients.merge(sender, 1, Integer::sum);
      begun.add(pair);
    }
    sent.put(List.of(sender, recipient), sent(sender, recipient) + 1);
    return blocked ? Decision.SILENCE : Decision.STORE;
  }

  private PairHistory historyOf(UserPair pair) {
    return history.pairs().getOrDefault(pair, PairHistory.NONE);
  }

  private int quotaOf(long recipient) {
    return Math.min(
        site.strangerQuota(), history.strangerQuotas().getOrDefault(recipient, SiteRules.NO_BOUND));
  }

  private boolean isBlocked(long sender, long recipient) {
    UserPair pair = UserPair.of(sender, recipient);
    PairHistory known = historyOf(pair);
    return pair.isHigh(recipient) ? known.blockedByHigh() : known.blockedByLow();
  }

  private long sent(long sender, long recipient) {
    return sent.computeIfAbsent(
        List.of(sender, recipient),
        direction -> {
          UserPair pair = UserPair.of(sender, recipient);
          PairHistory known = historyOf(pair);
          return pair.isHigh(sender) ? known.sentByHigh() : known.sentByLow();
        });
  }
}
