package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.message.ModerationWriter;
import imserver.message.RecallOutcome;
import imserver.moderation.AuditEntry;
import imserver.moderation.AuditTrail;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
import imserver.packet.FailureCode;
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
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Messages that moderators remove, and what moderators have done. */
@Path("moderation")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class ModerationResource {

  /** So many elements an answer of moderation has, unless the request says otherwise. */
  static final int PAGE = 20;

  /** The most elements of such an answer. */
  static final int MOST = 100;

  @Inject private AuditTrail audit;
  @Inject private ModerationWriter moderation;
  @Inject private Clock clock;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public ModerationResource() {}

  /** What a moderator has done. */
  public record ActionView(
      long id,
      String time,
      long moderatorId,
      String moderator,
      String action,
      @Nullable Long userId,
      @Nullable Long messageId,
      @Nullable Long reportId,
      String reason,
      String detail) {

    static ActionView of(AuditEntry entry) {
      return new ActionView(
          entry.id(),
          entry.doneAt().toInstant().toString(),
          entry.moderatorId(),
          entry.moderator(),
          entry.action(),
          entry.userId(),
          entry.messageId(),
          entry.reportId(),
          entry.reason(),
          entry.detail());
    }
  }

  /** Some of it, newest first; {@code more} if there is older. */
  public record ActionListView(List<ActionView> actions, boolean more) {}

  /** What was done before the entry with the id {@code before}. */
  @GET
  @Path("audit")
  public CompletionStage<ActionListView> audit(
      @QueryParam("before") @Nullable String before, @QueryParam("limit") @Nullable String limit) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long below = before == null ? Long.MAX_VALUE : Parameters.id("before", before);
    int most = Parameters.inRange("limit", limit, PAGE, MOST);
    return database.ask(
        moderator,
        1,
        () -> {
          List<AuditEntry> found = audit.newest(below, most + 1);
          return new ActionListView(
              found.stream().limit(most).map(ActionView::of).toList(), found.size() > most);
        });
  }

  /**
   * Erases a message for both of its users, as a recall by its sender would. No DELETE: that has no
   * body for the reason on every server.
   */
  @POST
  @Path("messages/{id}/remove")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> remove(@PathParam("id") String id, JsonBody body) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long messageId = Parameters.id("id", id);
    String reason = body.text("reason", ModerationStep.MAX_REASON);
    OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
    ModerationStep step =
        ModerationStep.of(moderator, now, Action.REMOVE_MESSAGE, reason).onMessage(messageId);
    return database.ask(
        moderator,
        1,
        () -> {
          if (moderation.remove(messageId, step) instanceof RecallOutcome.NotFound) {
            throw Problem.of(FailureCode.NOT_FOUND, "no such message of a user");
          }
          return Response.noContent().build();
        });
  }
}
