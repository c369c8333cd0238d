package imserver.message;

import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Change.Untold;
import imserver.message.UnreadRows.Direction;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Erases what users have written and set, some hundred messages in a transaction: see the package,
 * "Erased". Where it is, is in the row of the user in {@code erasure}, which each transaction locks
 * first: so it goes on after a kill, on any server. Safe for use by several threads.
 */
final class ErasureStore {

  /** How many messages, conversations or reports a transaction looks at, at most. */
  static final int STEP = 500;

  /** Who had connected before he was suspended is in the directory by then. */
  static final Duration SETTLED = Duration.ofSeconds(3);

  private static final int MESSAGES = 0;
  private static final int SETTINGS = 1;
  private static final int REPORTS_ABOUT = 2;
  private static final int REPORTS_BY = 3;
  private static final int DIRECTORY = 4;

  /** One of whom there is something to do; the shortest go first. */
  private static final String TAKE =
      """
      select user_id, stage, at_recipient, at_id from erasure
      where finished_at is null and (stage < ? or started_at <= ?)
      order by erased, started_at limit 1\
      """;

  private static final String ADVANCE =
      "update erasure set stage = ?, at_recipient = ?, at_id = ?, erased = erased + ? where user_id"
          + " = ?";

  private static final String NEXT_RECIPIENT =
      """
      select recipient_id from message where sender_id = ? and recipient_id > ?
      order by sender_id, recipient_id limit 1
      """;

  private static final String NEXT_MESSAGES =
      """
      select id from message where sender_id = ? and recipient_id = ? and id > ?
      order by sender_id, recipient_id, id limit ?
      """;

  private static final String NOT_ERASED =
      """
      select m.id from unnest(cast(? as bigint array)) as n (id)
      join message m on m.id = n.id where m.content <> '' order by m.id
      """;

  private static final String ERASE = "update message set content = '' where id = ?";

  private static final String ADD_RECALL =
      "insert into recall (id, message_id, low_id, high_id, created_at) values (?, ?, ?, ?, ?)";

  private static final String WRITE_CONVERSATION =
      """
      update conversation set
        unread_low = unread_low - ?, unread_high = unread_high - ?,
        changed_low = greatest(changed_low, ?), changed_high = greatest(changed_high, ?)
      where low_id = ? and high_id = ?
      """;

  private static final String UNREAD =
      "select unread_low, unread_high from conversation where low_id = ? and high_id = ?";

  /** Reads all conversations of a user until it has found so many. */
  private static final String SET_BY =
      """
      select low_id, high_id from conversation
      where %1$s_id = ? and (blocked_by_%1$s or muted_by_%1$s or pinned_by_%1$s or hidden_to_%1$s > 0)
      limit ?
      """;

  private static final String UNSET =
      """
      update conversation set
        blocked_by_%1$s = false, muted_by_%1$s = false, pinned_by_%1$s = false, hidden_to_%1$s = 0,
        changed_%1$s = greatest(changed_%1$s, ?)
      where low_id = ? and high_id = ?
      """;

  /** What he has uploaded and not sent; what reports keep stays. */
  private static final String UNSENT_FILES =
      "delete from file where owner_id = ?" + AttachedFiles.IS_UNUSED;

  private static final String REPORTS =
      """
      select id, case when is_open then 1 else 0 end from report where %1$s = ? and id > ?
      order by %1$s, id limit ?\
      """;

  private static final String FIND =
      """
      select cast(extract(epoch from started_at) * 1000 as bigint), erased,
             cast(extract(epoch from finished_at) * 1000 as bigint)
      from erasure where user_id = ?
      """;

  private final StepDatabase database;

  ErasureStore(StepDatabase database) {
    this.database = database;
  }

  /**
   * Has a user erased, who is suspended from everything. Where that is going on already nothing is
   * done; where it was done before it is done again. There is an entry of the step.
   *
   * @param step with the user
   */
  void start(long user, ModerationStep step) {
    database.commit(
        statements -> {
          List<long[]> known =
              statements.rows(
                  "select case when finished_at is null then 1 else 0 end from erasure where"
                      + " user_id = ?"
                      + statements.locking("for update"),
                  user);
          if (!known.isEmpty() && known.get(0)[0] == 1) {
            return false;
          }
          statements.update("delete from erasure where user_id = ?", user);
          statements.update(
              """
              insert into erasure
                (user_id, started_at, stage, at_recipient, at_id, erased, moderator_id, moderator, reason)
              values (?, ?, ?, ?, 0, 0, ?, ?, ?)
              """,
              user,
              step.at(),
              MESSAGES,
              Long.MIN_VALUE,
              step.moderatorId(),
              step.moderator(),
              step.reason());
          statements.update(
              """
              insert into moderation_action (id, done_at, moderator_id, moderator, action, user_id, reason, detail)
              values (?, ?, ?, ?, ?, ?, ?, '')
              """,
              statements.nextId("moderation_action_id"),
              step.at(),
              step.moderatorId(),
              step.moderator(),
              Action.ERASE.text(),
              user,
              step.reason());
          statements.update("delete from im_user where id = ?", user);
          return true;
        });
  }

  /** How far a user is erased; empty where that was never asked for. */
  Optional<Erasure> find(long user) {
    return database.commit(
        statements ->
            statements.rows(FIND, user).stream()
                .map(
                    row ->
                        new Erasure(
                            user,
                            Instant.ofEpochMilli(row[0]),
                            row[1],
                            row[2] == 0 ? null : Instant.ofEpochMilli(row[2])))
                .findFirst());
  }

  /**
   * Erases some more of a user.
   *
   * @return empty where there is nobody to be erased now, whom no other server is erasing
   */
  Optional<Done> step(OffsetDateTime now) {
    return database.commit(
        statements -> {
          List<long[]> taken =
              statements.rows(
                  TAKE + statements.locking("for update skip locked"),
                  DIRECTORY,
                  now.minus(SETTLED));
          return taken.isEmpty()
              ? Optional.empty()
              : Optional.of(step(statements, taken.get(0), now));
        });
  }

  private static Done step(StepStatements statements, long[] erasure, OffsetDateTime now)
      throws SQLException {
    long user = erasure[0];
    int stage = (int) erasure[1];
    return switch (stage) {
      case MESSAGES -> messages(statements, user, erasure[2], erasure[3], now);
      case SETTINGS -> settings(statements, user);
      case REPORTS_ABOUT, REPORTS_BY -> reports(statements, user, stage, erasure[3]);
      default -> finish(statements, user, now);
    };
  }

  /** Those to one recipient, or, with the negative of the id, those that were silenced. */
  private static Done messages(
      StepStatements statements, long user, long recipient, long after, OffsetDateTime now)
      throws SQLException {
    List<Long> ids =
        after == 0 ? List.of() : statements.numbers(NEXT_MESSAGES, user, recipient, after, STEP);
    long to = recipient;
    if (ids.isEmpty()) {
      List<Long> next = statements.numbers(NEXT_RECIPIENT, user, recipient);
      if (next.isEmpty()) {
        advance(statements, user, SETTINGS, 0, 0, 0);
        return nothing();
      }
      to = next.get(0);
      ids = statements.numbers(NEXT_MESSAGES, user, to, 0, STEP);
    }
    Map<Direction, Long> unread = UnreadRows.take(statements, repeated(to, ids.size()), ids);
    long other = Math.abs(to);
    LockedUsers users = new LockedUsers(statements, List.of(user, other));
    List<Long> erased = statements.numbers(NOT_ERASED, ids);
    List<Untold> told = List.of();
    List<Direction> emptied = List.of();
    if (!erased.isEmpty()) {
      Direction direction = new Direction(other, user);
      long read = unread.getOrDefault(direction, 0L);
      statements.updateEach(ERASE, erased.stream().map(id -> new Object[] {id}).toList());
      AttachedFiles.release(statements, erased);
      UserPair pair = direction.pair();
      addRecalls(statements, pair, erased, now);
      write(statements, users, user, to, read);
      told = users.write();
      emptied = read > 0 && isEmptied(statements, direction) ? List.of(direction) : List.of();
    }
    advance(statements, user, MESSAGES, to, ids.get(ids.size() - 1), erased.size());
    UnreadRows.forgetUnseen(statements, emptied);
    return new Done(
        erased.size(), true, told.stream().filter(each -> each.userId() != user).toList());
  }

  private static void addRecalls(
      StepStatements statements, UserPair pair, List<Long> erased, OffsetDateTime now)
      throws SQLException {
    List<Long> ids = statements.messageIds(erased.size(), now);
    List<Object[]> each = new ArrayList<>();
    for (int i = 0; i < erased.size(); i++) {
      each.add(new Object[] {ids.get(i), erased.get(i), pair.low(), pair.high(), now});
    }
    statements.updateEach(ADD_RECALL, each);
  }

  /** One change for each of the two, however many messages there are. */
  private static void write(
      StepStatements statements, LockedUsers users, long user, long to, long read)
      throws SQLException {
    long other = Math.abs(to);
    UserPair pair = UserPair.of(user, other);
    long ofUser = users.change(user);
    long ofOther = other == user ? ofUser : to > 0 ? users.change(other) : 0;
    users.read(other, read);
    boolean isHigh = pair.isHigh(other);
    statements.update(
        WRITE_CONVERSATION,
        isHigh ? 0 : read,
        isHigh ? read : 0,
        isHigh ? ofUser : ofOther,
        isHigh ? ofOther : ofUser,
        pair.low(),
        pair.high());
  }

  private static boolean isEmptied(StepStatements statements, Direction direction)
      throws SQLException {
    UserPair pair = direction.pair();
    long[] unread = statements.rows(UNREAD, pair.low(), pair.high()).get(0);
    return unread[pair.isHigh(direction.recipient()) ? 1 : 0] == 0;
  }

  private static Done settings(StepStatements statements, long user) throws SQLException {
    int left = 0;
    LockedUsers users = new LockedUsers(statements, List.of(user));
    for (String side : List.of("low", "high")) {
      List<long[]> set = statements.rows(SET_BY.formatted(side), user, STEP);
      List<Object[]> each = new ArrayList<>();
      for (long[] pair : set) {
        each.add(new Object[] {users.change(user), pair[0], pair[1]});
      }
      statements.updateEach(UNSET.formatted(side), each);
      left += set.size();
    }
    var unused = users.write();
    if (left == 0) {
      statements.update("update user_state set stranger_quota = null where user_id = ?", user);
      statements.update("delete from new_recipient where sender_id = ?", user);
      statements.update("delete from unseen where recipient_id = ?", user);
      statements.update(UNSENT_FILES, user);
      advance(statements, user, REPORTS_ABOUT, 0, 0, 0);
    }
    return nothing();
  }

  /** Of those that are open the copies stay until they are closed. */
  private static Done reports(StepStatements statements, long user, int stage, long after)
      throws SQLException {
    boolean own = stage == REPORTS_BY;
    String query = REPORTS.formatted(own ? "reporter_id" : "reported_id");
    // Locked: one that is being closed is closed by then, or is closed later, when it is known.
    List<long[]> reports =
        statements.rows(query + statements.locking("for update"), user, after, STEP);
    for (long[] report : reports) {
      if (report[1] == 0) {
        statements.update(
            "delete from reported_message where report_id = ? and sender_id = ?", report[0], user);
        if (own) {
          statements.update("update report set reporter_text = '' where id = ?", report[0]);
        }
      }
    }
    if (reports.isEmpty()) {
      advance(statements, user, stage + 1, 0, 0, 0);
    } else {
      advance(statements, user, stage, 0, reports.get(reports.size() - 1)[0], 0);
    }
    return nothing();
  }

  private static Done finish(StepStatements statements, long user, OffsetDateTime now)
      throws SQLException {
    statements.update("delete from im_user where id = ?", user);
    statements.update("update erasure set finished_at = ? where user_id = ?", now, user);
    statements.update(
        """
        insert into moderation_action (id, done_at, moderator_id, moderator, action, user_id, reason, detail)
        select cast(? as bigint), cast(? as timestamp with time zone), moderator_id, moderator,
               cast(? as varchar), user_id, reason, erased || ' messages'
        from erasure where user_id = ?
        """,
        statements.nextId("moderation_action_id"),
        now,
        Action.ERASED.text(),
        user);
    return new Done(0, true, List.of(new ProfileChanged(user)));
  }

  private static Done nothing() {
    return new Done(0, true, List.of());
  }

  private static void advance(
      StepStatements statements, long user, int stage, long recipient, long id, int erased)
      throws SQLException {
    statements.update(ADVANCE, stage, recipient, id, erased, user);
  }

  private static List<Long> repeated(long value, int times) {
    return Collections.nCopies(times, value);
  }
}
