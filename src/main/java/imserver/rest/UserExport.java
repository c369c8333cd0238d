package imserver.rest;

import imserver.conversation.ConversationExport;
import imserver.conversation.ConversationExport.Entry;
import imserver.conversation.ConversationExport.Part;
import imserver.conversation.ConversationExport.Position;
import imserver.conversation.ConversationService;
import imserver.conversation.StoredMessage;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.message.Conversation;
import imserver.message.ConversationSettings;
import imserver.moderation.AuditTrail;
import imserver.moderation.ModerationStep;
import imserver.moderation.Report;
import imserver.moderation.ReportStore;
import imserver.moderation.Suspension;
import imserver.moderation.SuspensionStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored of a user, page by page, in lines each of which has a {@code type}: the user
 * and his suspension, his conversations, each followed by its messages, and what he has reported.
 * The last line of a page says where the next begins, or that this is the end. A call waits for the
 * database. Safe for use by several threads.
 */
@ApplicationScoped
public class UserExport {

  private static final int REPORTS = 100;

  /** Pages of an export that takes long have one entry for each day. */
  private static final int HOURS_OF_AN_ENTRY = 24;

  @Inject private ConversationExport conversations;
  @Inject private ConversationService settings;
  @Inject private UserDirectory directory;
  @Inject private SuspensionStore suspensions;
  @Inject private ReportStore reports;
  @Inject private AuditTrail audit;

  /** For the container, which injects the rest. */
  public UserExport() {}

  /** Where a page begins. */
  sealed interface Place {

    /** At the beginning. */
    record Start() implements Place {}

    /** In the conversations. */
    record InConversations(Position position) implements Place {}

    /** In the reports. */
    record InReports(long afterId) implements Place {}

    Pattern TEXT = Pattern.compile("(?:c(\\d{1,19})\\.(\\d{1,16}|all)|r(\\d{1,18}))");

    /** Reads what a page before has said; null for the first page. */
    static Place parse(@Nullable String text) {
      if (text == null) {
        return new Start();
      }
      Matcher parts = TEXT.matcher(text);
      if (!parts.matches()) {
        throw Problem.badRequest("after must be what the page before says");
      }
      String report = parts.group(3);
      if (report != null) {
        return new InReports(Long.parseLong(report));
      }
      String message = parts.group(2);
      return new InConversations(
          new Position(
              Parameters.userOrSystem("after", parts.group(1)),
              message.equals("all") ? Long.MAX_VALUE : Long.parseLong(message)));
    }

    /** As {@link #parse} reads it. */
    static String text(Position position) {
      String message =
          position.messageId() == Long.MAX_VALUE ? "all" : Long.toString(position.messageId());
      return "c" + position.otherId() + "." + message;
    }
  }

  /** The user. */
  public record UserLine(
      String type,
      long id,
      @Nullable String name,
      @Nullable String avatar,
      @Nullable Integer strangerQuota) {}

  /** The suspension that holds. */
  public record SuspensionLine(
      String type, String scope, String since, String until, String reason) {}

  /** A conversation, as it is for the user. */
  public record ConversationLine(
      String type,
      long withId,
      long unread,
      long readUpTo,
      boolean blocked,
      boolean muted,
      boolean pinned,
      boolean hidden) {}

  /** A message. */
  public record MessageLine(
      String type,
      long messageId,
      long fromId,
      long toId,
      String content,
      String timestamp,
      String time,
      @Nullable String title,
      @Nullable String url,
      @Nullable List<FileView> attachments,
      @Nullable Boolean recalled) {}

  /** What the user has reported. */
  public record ReportLine(
      String type,
      long reportId,
      long reportedId,
      String reason,
      String text,
      String time,
      String state) {}

  /** The last line; {@code after} for the next page, absent at the end. */
  public record EndLine(String type, @Nullable String after) {}

  /** A page; there is an entry that the moderator reads this. */
  JsonLines page(ModerationStep step, long user, Place place) {
    audit.addUnlessSince(step.at().minusHours(HOURS_OF_AN_ENTRY), step);
    List<Record> lines = new ArrayList<>();
    if (place instanceof Place.InReports in) {
      return new JsonLines(reports(lines, user, in.afterId()));
    }
    Position from = Position.START;
    if (place instanceof Place.InConversations in) {
      from = in.position();
    } else {
      lines.add(user(user));
      suspensions.find(user, step.at()).map(UserExport::suspension).ifPresent(lines::add);
    }
    Part part = conversations.after(user, from);
    part.entries().forEach(entry -> lines.add(line(user, entry)));
    Position end = part.end();
    if (end == null) {
      return new JsonLines(reports(lines, user, 0));
    }
    lines.add(new EndLine("next", Place.text(end)));
    return new JsonLines(lines);
  }

  private List<Record> reports(List<Record> lines, long user, long after) {
    List<Report> found = reports.by(user, after, REPORTS);
    found.forEach(report -> lines.add(report(report)));
    lines.add(
        found.size() < REPORTS
            ? new EndLine("end", null)
            : new EndLine("next", "r" + found.get(found.size() - 1).id()));
    return lines;
  }

  private UserLine user(long user) {
    UserProfile profile = directory.profiles(Set.of(user)).of(user);
    return new UserLine(
        "user", user, profile.name(), profile.avatar(), settings.strangerQuota(user).orElse(null));
  }

  private static SuspensionLine suspension(Suspension suspension) {
    return new SuspensionLine(
        "suspension",
        suspension.scope().text(),
        suspension.imposedAt().toInstant().toString(),
        suspension.endsAt().toInstant().toString(),
        suspension.reason());
  }

  private static Record line(long user, Entry entry) {
    if (entry instanceof Entry.OfMessage message) {
      return message(message.message());
    }
    return conversation(user, ((Entry.OfConversation) entry).conversation());
  }

  private static ConversationLine conversation(long user, Conversation conversation) {
    ConversationSettings set = conversation.settingsOf(user);
    return new ConversationLine(
        "conversation",
        conversation.otherThan(user),
        conversation.unreadOf(user),
        conversation.readUpToOf(user),
        set.blocked(),
        set.muted(),
        set.pinned(),
        set.hidden());
  }

  private static MessageLine message(StoredMessage message) {
    Instant time = message.createdAt().toInstant();
    return new MessageLine(
        "message",
        message.id(),
        message.senderId(),
        message.recipientId(),
        message.content(),
        message.timestamp(),
        time.toString(),
        message.title(),
        message.url(),
        FileView.of(message.files()),
        message.isRecalled() ? true : null);
  }

  private static ReportLine report(Report report) {
    return new ReportLine(
        "report",
        report.id(),
        report.reportedId(),
        report.reason(),
        report.text(),
        report.createdAt().toInstant().toString(),
        report.isOpen() ? "open" : "closed");
  }
}
