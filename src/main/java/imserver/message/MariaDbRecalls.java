package imserver.message;

import imserver.database.StorageException;
import imserver.message.UnreadRows.Direction;
import imserver.moderation.ModerationStep;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recalls messages on MariaDB, within a transaction. For one transaction. */
final class MariaDbRecalls {

  private static final String FIND =
      """
      select sender_id, recipient_id, case when content = '' then 1 else 0 end,
             case when created_at < ? then 1 else 0 end
      from message where id = ?
      """;

  private static final String WRITE_CONVERSATION =
      """
      update conversation set
        unread_low = unread_low - ?, unread_high = unread_high - ?,
        changed_low = greatest(changed_low, ?), changed_high = greatest(changed_high, ?)
      where low_id = ? and high_id = ?
      """;

  private final StepStatements statements;
  private final @Nullable MariaDbEvents events;

  MariaDbRecalls(StepStatements statements, @Nullable MariaDbEvents events) {
    this.statements = statements;
    this.events = events;
  }

  /** See {@link MessageStore#recall}. */
  RecallOutcome recall(long sender, long messageId, OffsetDateTime since, OffsetDateTime now)
      throws SQLException {
    List<long[]> found = statements.rows(FIND, since, messageId);
    if (found.isEmpty() || found.get(0)[0] != sender) {
      return new RecallOutcome.NotFound();
    }
    if (found.get(0)[2] != 0) {
      return new RecallOutcome.RecalledBefore();
    }
    if (found.get(0)[3] != 0) {
      return new RecallOutcome.Expired();
    }
    if (!statements
        .numbers("select 1 from suspension where user_id = ? and ends_at > ?", sender, now)
        .isEmpty()) {
      return new RecallOutcome.Suspended();
    }
    return erase(sender, messageId, found.get(0)[1], now, null);
  }

  /** See {@link MessageStore#remove}. */
  RecallOutcome remove(long messageId, ModerationStep step) throws SQLException {
    List<long[]> found = statements.rows(FIND, step.at(), messageId);
    if (found.isEmpty() || found.get(0)[0] == 0) {
      return new RecallOutcome.NotFound();
    }
    if (found.get(0)[2] != 0) {
      return new RecallOutcome.RecalledBefore();
    }
    long sender = found.get(0)[0];
    return erase(sender, messageId, found.get(0)[1], step.at(), step.onUser(sender));
  }

  /**
   * Erases it.
   *
   * @param to the recipient, or, where it was silenced, the negative of his id
   * @param step of which there is to be an entry; null for none
   */
  private RecallOutcome erase(
      long sender, long messageId, long to, OffsetDateTime now, @Nullable ModerationStep step)
      throws SQLException {
    long recipient = Math.abs(to);
    Direction direction = new Direction(recipient, sender);
    Map<Direction, Long> unread =
        UnreadRows.take(statements, List.of(recipient), List.of(messageId));
    LockedUsers users = new LockedUsers(statements, List.of(sender, recipient));
    if (statements.update(
            "update message set content = '' where id = ? and content <> ''", messageId)
        == 0) {
      return new RecallOutcome.RecalledBefore(); // by another device, just now
    }
    long read = unread.getOrDefault(direction, 0L);
    long senderChange = users.change(sender);
    long recipientChange =
        recipient == sender ? senderChange : to < 0 ? 0 : users.change(recipient);
    users.read(recipient, read);
    var unused = users.write();
    AttachedFiles.release(statements, List.of(messageId));
    UserPair pair = direction.pair();
    statements.update(
        "insert into recall (id, message_id, low_id, high_id, created_at) values (?, ?, ?, ?, ?)",
        statements.messageIds(1, now).get(0),
        messageId,
        pair.low(),
        pair.high(),
        now);
    long left = write(direction, read, senderChange, recipientChange);
    if (step != null) {
      MariaDbSettings.addStep(statements, step);
    }
    if (events != null && to > 0) {
      events.recalled(sender, recipient, messageId, left);
    }
    return new RecallOutcome.Recalled(
        messageId, sender, senderChange, recipient, recipientChange, left);
  }

  /** Returns how many messages of the sender are unread. */
  private long write(Direction direction, long read, long senderChange, long recipientChange)
      throws SQLException {
    UserPair pair = direction.pair();
    boolean isHigh = pair.isHigh(direction.recipient());
    statements.update(
        WRITE_CONVERSATION,
        isHigh ? 0 : read,
        isHigh ? read : 0,
        isHigh ? senderChange : recipientChange,
        isHigh ? recipientChange : senderChange,
        pair.low(),
        pair.high());
    List<long[]> counts =
        statements.rows(
            "select unread_low, unread_high from conversation where low_id = ? and high_id = ?",
            pair.low(),
            pair.high());
    if (counts.isEmpty() || senderChange == 0) {
      throw new StorageException(
          new IllegalStateException("what was recalled is of no conversation or user"));
    }
    return counts.get(0)[isHigh ? 1 : 0];
  }
}
