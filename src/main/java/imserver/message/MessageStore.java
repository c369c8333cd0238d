package imserver.message;

import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where messages are written: stored once, marked as read, recounted; and where it is set who may
 * write to whom. There is one implementation for each database.
 *
 * <h2>Transactions</h2>
 *
 * <p>Each call is one transaction of its own, to be called outside any other. When it returns, all
 * that it says is done is committed, on the disk, and seen by whatever begins to read after that.
 * Otherwise it throws:
 *
 * <ul>
 *   <li>{@link CommitUnknownException}: it is not known. The database has done all of it, or
 *       nothing, or is still about to do all of it. To call again is safe: what was stored is found
 *       to be there.
 *   <li>any other {@link StorageException}: nothing of it was done, nor will be.
 *   <li>anything else is a fault of the program; then it is not known either.
 * </ul>
 *
 * <h2>Order</h2>
 *
 * <p>Any number of threads, and on PostgreSQL of servers, may write at once. For one user, that is
 * among all messages from or to that user, and among all changes that the user sees, the order of
 * ids, the order of changes and the order of commits are one:
 *
 * <ul>
 *   <li>A reader who has read a user's message with some id, and then asks for higher ones, misses
 *       none: a lower one that was not there will never come. The same for one conversation.
 *   <li>Each change that a user sees has the next number of this user, beginning with 1 and without
 *       a gap: a message from or to the user (one change where both are the same); a reading, by
 *       the user or (with receipts) by the other one, of messages of one conversation; a recall by
 *       either. What was rolled back, or refused as a retry, has left no gap. The system, user 0,
 *       sees nothing, and its number is 0.
 *   <li>Within one call messages get ids and numbers in the order in which they are given.
 * </ul>
 *
 * <p>No call fails because another waits for the same rows, unless that takes longer than the
 * database is given for a statement.
 *
 * <h2>Counts</h2>
 *
 * <p>A user's unread messages are counted, in all and by conversation, in the transaction that
 * stores or marks them, so that every reader finds counts that equal the rows.
 */
interface MessageStore {

  /** The most users that one may have blocked. */
  int MAX_BLOCKED = 1000;

  /**
   * Stores those messages whose keys are new, with their titles and links, as if one after the
   * other: of two with one key the first is stored, and the second compared with it. What is new is
   * stored, silenced or refused by the {@link SendingRules}, which are exact with any number of
   * writers. A message that is silenced is seen by its sender alone: it is no change of its
   * recipient, who is not in the way of anything by it.
   *
   * @param newMessages at least one; all are taken as created when the first was; whether they say
   *     that they are silenced is only a guess, which is corrected
   * @return what became of each, in their order
   */
  List<Outcome> add(List<NewMessage> newMessages, SiteRules rules);

  /**
   * Has a user set what his conversation with another is to him: a change for him alone. To block
   * somebody makes the conversation where there is none.
   *
   * @param user positive
   * @param other 0 for the system, which is never blocked; nor is the user himself
   */
  SettingsOutcome set(long user, long other, SettingsChange change);

  /**
   * Sets how many messages a stranger may send to a user, where the site allows more.
   *
   * @param quota null for as many as the site allows
   */
  void setStrangerQuota(long user, @Nullable Integer quota);

  /**
   * Marks messages as read: of each reader those of the ids that are unread messages addressed to
   * this reader. Others are passed over, so that it may be called again.
   *
   * @param receipts whether it is a change for the senders, too
   * @return one mark for each reader and each sender of whom something was marked, in no order
   */
  List<ReadMark> markRead(Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts);

  /**
   * Erases the content of a message, which is from then on a recalled one, for ever: a retry of it
   * is found to be stored and changes nothing. It counts as unread no more, and what its recipient
   * has read up to stays. The conversation gets an entry for it, with an id of the same sequence as
   * the messages.
   *
   * <p>Who is suspended may not.
   *
   * @param sender whose message it is to be, positive
   * @param since it is only recalled if it came then or later
   * @param now when the recall came
   */
  RecallOutcome recall(long sender, long messageId, OffsetDateTime since, OffsetDateTime now);

  /**
   * Has a moderator erase the content of a message, whoever has sent it and whenever, as a recall
   * by its sender would. Where it was not recalled before, there is an entry of the step.
   *
   * @param step with the message, and the time at which it is done
   * @return with {@link RecallOutcome.NotFound} also for a message of the system
   */
  RecallOutcome remove(long messageId, ModerationStep step);

  /**
   * Suspends a user, in place of what was before: nothing of that user is stored after this, until
   * {@code until}, by any writer. There is an entry of the step.
   *
   * @param user positive
   * @param until compared with the times at which messages come
   * @param step with the user
   */
  SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step);

  /**
   * Ends a suspension that holds at the time of the step, of which there is an entry then.
   *
   * @param step with the user
   * @return empty where there is none
   */
  Optional<SuspensionChange> endSuspension(long user, ModerationStep step);

  /**
   * Counts a user's unread messages one by one, and corrects the counts that are kept; each
   * conversation that had a wrong count is a change of this user. What is read up to is lowered
   * where it is not below what is unread, which alone is no change.
   */
  Recount recount(long user);

  /**
   * Does once what {@link #add} and {@link #markRead} do, and rolls it back: so that the first that
   * is not rolled back finds everything loaded and connected. Nobody sees any of it; ids are drawn
   * that nothing gets.
   *
   * @param newMessages at least one; what others do for the same users waits for it
   * @param rules as of {@link #add}: what they refuse is not rehearsed
   * @throws StorageException if the database does not do it
   */
  void rehearse(List<NewMessage> newMessages, SiteRules rules);

  /** The two calls of a rehearsal. */
  static void addAndMark(MessageStore store, List<NewMessage> newMessages, SiteRules rules) {
    store.markRead(stored(newMessages, store.add(newMessages, rules)), true);
  }

  /** The ids of what was stored, by their recipients. */
  static Map<Long, Set<Long>> stored(List<NewMessage> newMessages, List<Outcome> outcomes) {
    Map<Long, Set<Long>> idsByReader = new HashMap<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Stored stored) {
        idsByReader
            .computeIfAbsent(newMessages.get(i).recipientId(), reader -> new HashSet<>())
            .add(stored.messageId());
      }
    }
    return idsByReader;
  }
}
