package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.moderation.NewReport;
import imserver.moderation.ReportOutcome;
import imserver.moderation.ReportReason;
import imserver.moderation.ReportStore;
import imserver.packet.BlankText;
import imserver.packet.FailureCode;
import imserver.query.DatabaseExecutor;
import imserver.session.UserBudgets;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Messages that users report to the moderators. */
@Path("reports")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class ReportsResource {

  /** As many messages in a report cost about as much as so many short requests. */
  private static final int COST = 3;

  @Inject private ReportStore reports;
  @Inject private UserBudgets budgets;
  @Inject private Clock clock;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public ReportsResource() {}

  /** The report that is kept. */
  public record ReportedView(long reportId) {}

  /** Keeps a report, with a copy of the messages. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> report(JsonBody body) {
    UserPrincipal user = BearerFilter.user(caller);
    NewReport newReport =
        new NewReport(
            body.ids("messageIds", 1, NewReport.MAX_MESSAGES),
            body.oneOf("reason", ReportReason::of, "spam, abuse, sexual, fraud, other"),
            body.text("text", NewReport.MAX_TEXT),
            notBlank(body.optionalText("clientReportId", NewReport.MAX_CLIENT_REPORT_ID)));
    BearerFilter.charge(user, COST);
    Duration wait = budgets.reports().take(user.userId());
    if (!wait.isZero()) {
      throw Problem.rateLimited("too many reports, slow down", wait);
    }
    OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
    return database.ask(user, 1, () -> answer(reports.report(user.userId(), newReport, now)));
  }

  private static @Nullable String notBlank(@Nullable String text) {
    return text == null || BlankText.isBlank(text) ? null : text;
  }

  private static Response answer(ReportOutcome outcome) {
    if (outcome instanceof ReportOutcome.Kept kept) {
      return Response.status(Status.CREATED).entity(new ReportedView(kept.reportId())).build();
    }
    throw problem(outcome);
  }

  private static Problem problem(ReportOutcome outcome) {
    if (outcome instanceof ReportOutcome.NoSuchMessage) {
      return Problem.of(FailureCode.NOT_FOUND, "no such messages of the user");
    }
    if (outcome instanceof ReportOutcome.ReusedId) {
      return Problem.of(FailureCode.REUSED_ID, "clientReportId is that of another report");
    }
    if (outcome instanceof ReportOutcome.TooManyOpen) {
      return Problem.conflict(
          Problem.Conflict.TOO_MANY_REPORTS, "wait until some of your reports are closed");
    }
    return Problem.badRequest(
        outcome instanceof ReportOutcome.SeveralConversations
            ? "messageIds must be of one conversation"
            : "one of the messages must be of another user, to the reporter");
  }
}
