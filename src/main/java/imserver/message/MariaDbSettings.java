package imserver.message;

import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes on MariaDB, within a transaction, what users have set, and whom moderators have suspended.
 * A user's row is locked first, and entered where there is none. For one transaction.
 */
final class MariaDbSettings {

  private static final String FIND =
      """
      select blocked_by_%1$s, muted_by_%1$s, pinned_by_%1$s, hidden_to_%1$s, last_%1$s
      from conversation where low_id = ? and high_id = ? for update
      """;

  private static final String BLOCKED =
      """
      select count(*) from (
        (select low_id from conversation where low_id = ? and blocked_by_low limit ?)
        union all
        (select low_id from conversation where high_id = ? and blocked_by_high limit ?)) as b
      """;

  private static final String WRITE =
      """
      update conversation set
        blocked_by_%1$s = ?, muted_by_%1$s = ?, pinned_by_%1$s = ?, hidden_to_%1$s = ?, changed_%1$s = ?
      where low_id = ? and high_id = ?
      """;

  private final StepStatements statements;

  MariaDbSettings(StepStatements statements) {
    this.statements = statements;
  }

  private static final String LOCK =
      """
      insert into user_state (user_id, head, unread) values (?, 0, 0)
      on duplicate key update user_id = user_id
      """;

  /** See {@link MessageStore#set}. */
  SettingsOutcome set(long user, long other, SettingsChange change) throws SQLException {
    statements.update(LOCK, user);
    UserPair pair = UserPair.of(user, other);
    String side = pair.isHigh(user) ? "high" : "low";
    List<long[]> found = statements.rows(FIND.formatted(side), pair.low(), pair.high());
    if (found.isEmpty() && !Boolean.TRUE.equals(change.block())) {
      return new SettingsOutcome.NoConversation();
    }
    long[] known = found.isEmpty() ? new long[5] : found.get(0);
    long hiddenTo = known[3];
    long last = known[4];
    ConversationSettings before =
        new ConversationSettings(
            known[0] != 0, known[1] != 0, known[2] != 0, hiddenTo > 0 && hiddenTo >= last);
    ConversationSettings after = change.of(before, last > 0);
    if (after.equals(before)) {
      return new SettingsOutcome.Set(0, before);
    }
    if (after.blocked() && !before.blocked() && blockedBy(user) >= MessageStore.MAX_BLOCKED) {
      return new SettingsOutcome.TooManyBlocked();
    }
    if (found.isEmpty()) {
      statements.update(
          "insert into conversation (low_id, high_id, changed_low, changed_high) values (?, ?, 0, 0)"
              + " on duplicate key update low_id = low_id",
          pair.low(),
          pair.high());
    }
    long number = change(user, after.blocked());
    long hidden = after.hidden() == before.hidden() ? hiddenTo : after.hidden() ? last : 0;
    statements.update(
        WRITE.formatted(side),
        after.blocked(),
        after.muted(),
        after.pinned(),
        hidden,
        number,
        pair.low(),
        pair.high());
    if (user == other) {
      statements.update(
          "update conversation set changed_low = ? where low_id = ? and high_id = ?",
          number,
          pair.low(),
          pair.high());
    }
    return new SettingsOutcome.Set(number, after);
  }

  private long blockedBy(long user) throws SQLException {
    int most = MessageStore.MAX_BLOCKED;
    return statements.numbers(BLOCKED, user, most, user, most).get(0);
  }

  /** A change of a user who is locked; returns its number. */
  private long change(long user, boolean blocks) throws SQLException {
    statements.update(
        "update user_state set head = head + 1, has_rules = has_rules or ? where user_id = ?",
        blocks,
        user);
    return statements.numbers("select head from user_state where user_id = ?", user).get(0);
  }

  /** See {@link MessageStore#setStrangerQuota}. */
  boolean setStrangerQuota(long user, @Nullable Integer quota) throws SQLException {
    statements.update(LOCK, user);
    statements.update(
        "update user_state set stranger_quota = ?, has_rules = true where user_id = ?",
        quota,
        user);
    return true;
  }

  /** See {@link MessageStore#suspend}. */
  SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step)
      throws SQLException {
    // The lock: what the user sends from now on waits for this transaction, and finds the row.
    statements.update(LOCK, user);
    statements.update("update user_state set has_rules = true where user_id = ?", user);
    statements.update(
        """
        insert into suspension (user_id, scope, ends_at, reason, moderator_id, moderator, imposed_at, written_at)
        values (?, ?, ?, ?, ?, ?, ?, %s)
        on duplicate key update
          scope = values(scope), ends_at = values(ends_at), reason = values(reason),
          moderator_id = values(moderator_id), moderator = values(moderator), imposed_at = values(imposed_at),
          written_at = greatest(written_at + 1, values(written_at))
        """
            .formatted(StepDatabase.NOW),
        user,
        scope.text(),
        until,
        step.reason(),
        step.moderatorId(),
        step.moderator(),
        step.at());
    addStep(statements, step);
    return new SuspensionChange(user, scope, until, version(user));
  }

  /** See {@link MessageStore#endSuspension}. */
  Optional<SuspensionChange> endSuspension(long user, ModerationStep step) throws SQLException {
    int ended =
        statements.update(
            "update suspension set ends_at = ?, written_at = greatest(written_at + 1, %s) where user_id = ? and ends_at > ?"
                .formatted(StepDatabase.NOW),
            step.at(),
            user,
            step.at());
    if (ended == 0) {
      return Optional.empty();
    }
    addStep(statements, step);
    long version = version(user);
    return statements
        .read(row -> row.getString(1), "select scope from suspension where user_id = ?", user)
        .stream()
        .findFirst()
        .flatMap(SuspensionScope::of)
        .map(scope -> new SuspensionChange(user, scope, step.at(), version));
  }

  private long version(long user) throws SQLException {
    return statements.numbers("select written_at from suspension where user_id = ?", user).get(0);
  }

  /** Adds the entry of what a moderator does. */
  static void addStep(StepStatements statements, ModerationStep step) throws SQLException {
    statements.update(
        """
        insert into moderation_action
          (id, done_at, moderator_id, moderator, action, user_id, message_id, report_id, reason, detail)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        statements.nextId("moderation_action_id"),
        step.at(),
        step.moderatorId(),
        step.moderator(),
        step.action().text(),
        step.userId(),
        step.messageId(),
        step.reportId(),
        step.reason(),
        step.detail());
  }
}
