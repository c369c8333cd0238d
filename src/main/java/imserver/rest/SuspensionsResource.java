package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.message.Housekeeping;
import imserver.message.ModerationWriter;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
import imserver.moderation.Suspension;
import imserver.moderation.SuspensionScope;
import imserver.moderation.SuspensionStore;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Users whom moderators suspend. */
@Path("moderation")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class SuspensionsResource {

  /** The longest text of a time. */
  private static final int MAX_TIME = 64;

  private static final int MAX_YEAR = 9999;

  @Inject private SuspensionStore suspensions;
  @Inject private ModerationWriter moderation;
  @Inject private Housekeeping housekeeping;
  @Inject private UserDirectory directory;
  @Inject private Clock clock;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public SuspensionsResource() {}

  /** A suspension that holds. */
  public record SuspensionView(
      UserView user,
      String scope,
      String until,
      String reason,
      String since,
      long moderatorId,
      String moderator) {

    static SuspensionView of(Suspension suspension, Profiles profiles) {
      return new SuspensionView(
          UserView.of(profiles.of(suspension.userId())),
          suspension.scope().text(),
          suspension.endsAt().toInstant().toString(),
          suspension.reason(),
          suspension.imposedAt().toInstant().toString(),
          suspension.moderatorId(),
          suspension.moderator());
    }
  }

  /** Some of those that hold, ascending by user; {@code more} if there are others. */
  public record SuspensionListView(List<SuspensionView> suspensions, boolean more) {}

  private OffsetDateTime now() {
    return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
  }

  /** Those of users with ids above {@code after}. */
  @GET
  @Path("suspensions")
  public CompletionStage<SuspensionListView> list(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long above = after == null ? 0 : Parameters.idOrZero("after", after);
    int most = Parameters.inRange("limit", limit, ModerationResource.PAGE, ModerationResource.MOST);
    OffsetDateTime now = now();
    return database.ask(
        moderator,
        1,
        () -> {
          List<Suspension> found = suspensions.current(above, now, most + 1);
          Profiles profiles =
              directory.profiles(
                  found.stream().map(Suspension::userId).collect(Collectors.toSet()));
          return new SuspensionListView(
              found.stream().limit(most).map(each -> SuspensionView.of(each, profiles)).toList(),
              found.size() > most);
        });
  }

  /** That of one user. */
  @GET
  @Path("users/{id}/suspension")
  public CompletionStage<SuspensionView> get(@PathParam("id") String id) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long userId = Parameters.id("id", id);
    OffsetDateTime now = now();
    return database.ask(
        moderator,
        1,
        () ->
            suspensions
                .find(userId, now)
                .map(found -> SuspensionView.of(found, directory.profiles(Set.of(userId))))
                .orElseThrow(() -> Problem.notFound("the user is not suspended")));
  }

  /** Suspends a user, in place of what was before. */
  @PUT
  @Path("users/{id}/suspension")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> suspend(@PathParam("id") String id, JsonBody body) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long userId = Parameters.id("id", id);
    requireAnother(moderator, userId);
    SuspensionScope scope = body.oneOf("scope", SuspensionScope::of, "write, all");
    OffsetDateTime now = now();
    OffsetDateTime until = time("until", body.text("until", MAX_TIME), now);
    String reason = body.text("reason", ModerationStep.MAX_REASON);
    ModerationStep step =
        ModerationStep.of(moderator, now, Action.SUSPEND, reason)
            .onUser(userId)
            .with(scope.text() + " until " + until.toInstant());
    return database.ask(
        moderator,
        1,
        () -> {
          requireNotErasing(userId);
          moderation.suspend(userId, scope, until, step);
          return Response.noContent().build();
        });
  }

  /** Who is being erased stays suspended from everything until it is done. */
  private void requireNotErasing(long userId) {
    if (housekeeping.erasure(userId).filter(erasure -> !erasure.isFinished()).isPresent()) {
      throw Problem.conflict(Problem.Conflict.ERASING, "the user is being erased");
    }
  }

  /** Nobody is judge of himself: a moderator who was suspended would end that, or replace it. */
  private static void requireAnother(UserPrincipal moderator, long userId) {
    if (userId == moderator.userId()) {
      throw Problem.badRequest("moderators neither suspend themselves nor end that");
    }
  }

  private static OffsetDateTime time(String name, String text, OffsetDateTime now) {
    try {
      OffsetDateTime time =
          OffsetDateTime.parse(text)
              .withOffsetSameInstant(ZoneOffset.UTC)
              .truncatedTo(ChronoUnit.MILLIS);
      if (time.isAfter(now) && time.getYear() <= MAX_YEAR) {
        return time;
      }
    } catch (DateTimeException e) {
      // answered below
    }
    throw Problem.badRequest(
        name + " must be a time to come with its offset, like 2030-01-31T00:00:00Z");
  }

  /** Ends a suspension before its time, of another one; does nothing where there is none. */
  @DELETE
  @Path("users/{id}/suspension")
  public CompletionStage<Response> end(@PathParam("id") String id) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    long userId = Parameters.id("id", id);
    requireAnother(moderator, userId);
    ModerationStep step =
        ModerationStep.of(moderator, now(), Action.END_SUSPENSION, "").onUser(userId);
    return database.ask(
        moderator,
        1,
        () -> {
          requireNotErasing(userId);
          moderation.endSuspension(userId, step);
          return Response.noContent().build();
        });
  }
}
