package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
import imserver.moderation.Report;
import imserver.moderation.ReportStore;
import imserver.moderation.ReportedMessage;
import imserver.packet.AttachedText;
import imserver.packet.MessageFile;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was reported, for moderators. */
@Path("moderation/reports")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class ModerationReportsResource {

  private static final String OPEN = "open";
  private static final String CLOSED = "closed";

  @Inject private ReportStore reports;
  @Inject private UserDirectory directory;
  @Inject private Clock clock;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public ModerationReportsResource() {}

  /** A report without its messages. */
  public record ReportView(
      long reportId,
      UserView reporter,
      UserView reported,
      String reason,
      String text,
      String time,
      long messages,
      String state,
      @Nullable String outcome,
      @Nullable String note,
      @Nullable String closedAt,
      @Nullable Long closedBy) {}

  /** Some reports, newest first; {@code more} if there are older ones. */
  public record ReportListView(List<ReportView> reports, boolean more) {}

  /** A message as it was when it was reported. */
  public record SealedView(
      long messageId,
      long fromId,
      long toId,
      String content,
      String timestamp,
      String time,
      boolean named,
      @Nullable List<FileView> attachments,
      @Nullable Boolean recalled) {

    static SealedView of(ReportedMessage message, List<MessageFile> files) {
      return new SealedView(
          message.messageId(),
          message.senderId(),
          message.recipientId(),
          AttachedText.text(message.content(), files.size()),
          message.timestamp(),
          message.sentAt().toInstant().toString(),
          message.isNamed(),
          FileView.of(files),
          message.isRecalled() ? true : null);
    }
  }

  /** A report with the copy of its messages, oldest first. */
  public record ReportWithMessagesView(ReportView report, List<SealedView> messages) {}

  /** Those that are open, or closed, newest first. */
  @GET
  public CompletionStage<ReportListView> list(
      @QueryParam("state") @Nullable String state,
      @QueryParam("before") @Nullable String before,
      @QueryParam("limit") @Nullable String limit) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    boolean open = Parameters.oneOf("state", state, OPEN, CLOSED).equals(OPEN);
    long below = before == null ? Long.MAX_VALUE : Parameters.id("before", before);
    int most = Parameters.inRange("limit", limit, ModerationResource.PAGE, ModerationResource.MOST);
    return database.ask(
        moderator,
        1,
        () -> {
          List<Report> found = reports.newest(open, below, most + 1);
          return new ReportListView(
              views(found.stream().limit(most).toList()), found.size() > most);
        });
  }

  private List<ReportView> views(List<Report> found) {
    Map<Long, Long> messages =
        reports.countNamed(found.stream().map(Report::id).collect(Collectors.toSet()));
    Profiles profiles =
        directory.profiles(
            found.stream()
                .flatMap(report -> Stream.of(report.reporterId(), report.reportedId()))
                .collect(Collectors.toSet()));
    return found.stream()
        .map(report -> view(report, profiles, messages.getOrDefault(report.id(), 0L)))
        .toList();
  }

  private static ReportView view(Report report, Profiles profiles, long messages) {
    OffsetDateTime closedAt = report.closedAt();
    return new ReportView(
        report.id(),
        UserView.of(profiles.of(report.reporterId())),
        UserView.of(profiles.of(report.reportedId())),
        report.reason(),
        report.text(),
        report.createdAt().toInstant().toString(),
        messages,
        report.isOpen() ? OPEN : CLOSED,
        report.outcome(),
        report.isOpen() ? null : report.note(),
        closedAt == null ? null : closedAt.toInstant().toString(),
        report.closedBy());
  }

  /** One, with the copy of its messages. */
  @GET
  @Path("{id}")
  public CompletionStage<ReportWithMessagesView> get(@PathParam("id") String id) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long reportId = Parameters.id("id", id);
    return database.ask(
        moderator,
        1,
        () -> {
          Report report = reports.find(reportId).orElseThrow(ModerationReportsResource::unknown);
          Profiles profiles = directory.profiles(Set.of(report.reporterId(), report.reportedId()));
          List<ReportedMessage> messages = reports.messages(reportId);
          Map<Long, List<MessageFile>> files = reports.files(reportId);
          long named = messages.stream().filter(ReportedMessage::isNamed).count();
          return new ReportWithMessagesView(
              view(report, profiles, named),
              messages.stream()
                  .map(
                      message ->
                          SealedView.of(
                              message, files.getOrDefault(message.messageId(), List.of())))
                  .toList());
        });
  }

  private static Problem unknown() {
    return Problem.notFound("no such report");
  }

  /** Says what was found. Not twice: the first moderator decides. */
  @POST
  @Path("{id}/close")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> close(@PathParam("id") String id, JsonBody body) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long reportId = Parameters.id("id", id);
    Report.Outcome outcome = body.oneOf("outcome", Report.Outcome::of, "upheld, dismissed");
    String note = body.text("note", ModerationStep.MAX_REASON);
    OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
    ModerationStep step =
        ModerationStep.of(moderator, now, Action.CLOSE_REPORT, note)
            .onReport(reportId)
            .with(outcome.text());
    return database.ask(
        moderator,
        1,
        () -> {
          boolean closed =
              reports
                  .close(reportId, outcome, note, step)
                  .orElseThrow(ModerationReportsResource::unknown);
          if (!closed) {
            throw Problem.conflict(Problem.Conflict.REPORT_CLOSED, "the report was closed before");
          }
          return Response.noContent().build();
        });
  }
}
