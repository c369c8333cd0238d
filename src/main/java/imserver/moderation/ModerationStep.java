package imserver.moderation;

import imserver.auth.UserPrincipal;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A step of a moderator, to be written in the transaction that does it.
 *
 * @param moderatorId the moderator's user id, 0 for the host application
 * @param moderator the {@code sub} of the moderator's token, at most {@value #MAX_MODERATOR}
 *     characters
 * @param at when
 * @param action what
 * @param userId on whom, null for nobody
 * @param messageId on which message, null for none
 * @param reportId on which report, null for none
 * @param reason why, "" where none is given
 * @param detail what else there is to know, for people; "" for nothing
 */
public record ModerationStep(
    long moderatorId,
    String moderator,
    OffsetDateTime at,
    Action action,
    @Nullable Long userId,
    @Nullable Long messageId,
    @Nullable Long reportId,
    String reason,
    String detail) {

  /** The most characters of {@code moderator}: the rest is cut. */
  public static final int MAX_MODERATOR = 100;

  /** The most code points of a reason. */
  public static final int MAX_REASON = 1000;

  /** What a moderator does. The texts are stored, and never change. */
  public enum Action {
    /** A user may not write, or do anything, until a time. */
    SUSPEND("suspend"),
    /** He may again, before that time. */
    END_SUSPENSION("end-suspension"),
    /** A message is erased for both of its users. */
    REMOVE_MESSAGE("remove-message"),
    /** A report is done with. */
    CLOSE_REPORT("close-report"),
    /** A list of words is replaced. */
    PUT_WORDS("put-words"),
    /** A user is to be erased. */
    ERASE("erase"),
    /** That is done. */
    ERASED("erased"),
    /** What is stored of a user is read. */
    EXPORT("export");

    private final String text;

    Action(String text) {
      this.text = text;
    }

    /** As it is stored, and shown to programs. */
    public String text() {
      return text;
    }
  }

  /** A step that says only who, when and what. */
  public static ModerationStep of(
      UserPrincipal moderator, OffsetDateTime at, Action action, String reason) {
    String subject = moderator.subject();
    String who = subject.substring(0, Math.min(subject.length(), MAX_MODERATOR));
    return new ModerationStep(
        moderator.userId(), storable(who), at, action, null, null, null, reason, "");
  }

  /** Half of a surrogate pair, and U+0000, cannot be stored; tokens may hold both. */
  private static String storable(String text) {
    StringBuilder storable = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == 0 || Character.getType(c) == Character.SURROGATE ? '?' : c)
        .forEach(storable::appendCodePoint);
    return storable.toString();
  }

  /** Another step of the same moderator, at the same time and for the same reason. */
  public ModerationStep as(Action other) {
    return new ModerationStep(
        moderatorId, moderator, at, other, userId, messageId, reportId, reason, detail);
  }

  /** The same on a user. */
  public ModerationStep onUser(long user) {
    return new ModerationStep(
        moderatorId, moderator, at, action, user, messageId, reportId, reason, detail);
  }

  /** The same on a message. */
  public ModerationStep onMessage(long message) {
    return new ModerationStep(
        moderatorId, moderator, at, action, userId, message, reportId, reason, detail);
  }

  /** The same on a report. */
  public ModerationStep onReport(long report) {
    return new ModerationStep(
        moderatorId, moderator, at, action, userId, messageId, report, reason, detail);
  }

  /** The same with what else there is to know. */
  public ModerationStep with(String further) {
    return new ModerationStep(
        moderatorId, moderator, at, action, userId, messageId, reportId, reason, further);
  }
}
