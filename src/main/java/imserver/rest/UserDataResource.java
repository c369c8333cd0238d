package imserver.rest;

import imserver.access.UserAccess;
import imserver.auth.UserPrincipal;
import imserver.message.Erasure;
import imserver.message.Housekeeping;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
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
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What is stored of a user: moderators read all of it, and have it erased. */
@Path("moderation")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class UserDataResource {

  /** A page of an export keeps a thread for about as long as so many short queries. */
  private static final int WEIGHT = 4;

  @Inject private Housekeeping housekeeping;
  @Inject private UserAccess access;
  @Inject private UserExport export;
  @Inject private Clock clock;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public UserDataResource() {}

  /** How far a user is erased; {@code messages} by now. */
  public record ErasureView(
      long userId, String state, long messages, String startedAt, @Nullable String finishedAt) {

    static ErasureView of(Erasure erasure) {
      Instant finishedAt = erasure.finishedAt();
      return new ErasureView(
          erasure.userId(),
          finishedAt == null ? "running" : "done",
          erasure.messages(),
          erasure.startedAt().toString(),
          finishedAt == null ? null : finishedAt.toString());
    }
  }

  private ModerationStep step(UserPrincipal moderator, Action action, String reason, long userId) {
    OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
    return ModerationStep.of(moderator, now, action, reason).onUser(userId);
  }

  /** Has a user erased. He is suspended from everything, and his tokens are refused. */
  @POST
  @Path("users/{id}/erase")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> erase(@PathParam("id") String id, JsonBody body) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long userId = Parameters.id("id", id);
    if (userId == moderator.userId()) {
      throw Problem.badRequest("nobody can erase himself");
    }
    String reason = body.text("reason", ModerationStep.MAX_REASON);
    ModerationStep step = step(moderator, Action.ERASE, reason, userId);
    return database.ask(
        moderator,
        1,
        () -> {
          access.keep(userId, access.end(userId));
          Erasure erasure = housekeeping.erase(userId, step);
          return Response.accepted(ErasureView.of(erasure)).build();
        });
  }

  /** How far that has come. */
  @GET
  @Path("users/{id}/erasure")
  public CompletionStage<ErasureView> erasure(@PathParam("id") String id) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long userId = Parameters.id("id", id);
    return database.ask(
        moderator,
        1,
        () ->
            housekeeping
                .erasure(userId)
                .map(ErasureView::of)
                .orElseThrow(() -> Problem.notFound("the user was never to be erased")));
  }

  /**
   * A page of what is stored of a user; {@code after} from the last line of the page before. Pages,
   * since an answer is held in memory until its client has taken it.
   */
  @GET
  @Path("users/{id}/export")
  @Produces(JsonLines.MEDIA_TYPE)
  public CompletionStage<JsonLines> export(
      @PathParam("id") String id, @QueryParam("after") @Nullable String after) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long userId = Parameters.id("id", id);
    UserExport.Place place = UserExport.Place.parse(after);
    ModerationStep step = step(moderator, Action.EXPORT, "", userId);
    return database.ask(moderator, WEIGHT, () -> export.page(step, userId, place));
  }
}
