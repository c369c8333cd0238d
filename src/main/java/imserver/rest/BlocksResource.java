package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.conversation.ConversationService;
import imserver.directory.UserProfile;
import imserver.message.SettingsChange;
import imserver.message.SettingsOutcome;
import imserver.message.SettingsWriter;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
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
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The users whom a user has blocked. */
@Path("blocks")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class BlocksResource {

  private static final int PAGE = 100;

  @Inject private ConversationService conversations;
  @Inject private SettingsWriter settings;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public BlocksResource() {}

  /** Some of them, ascending by id; {@code more} if there are others with higher ids. */
  public record BlockedView(List<UserView> users, boolean more) {}

  /** Those with ids above {@code after}. */
  @GET
  public CompletionStage<BlockedView> list(@QueryParam("after") @Nullable String after) {
    UserPrincipal user = BearerFilter.user(caller);
    long afterId = after == null ? 0 : Parameters.idOrZero("after", after);
    return database.ask(
        user,
        1,
        () -> {
          List<UserProfile> blocked = conversations.blocked(user.userId(), afterId, PAGE + 1);
          return new BlockedView(
              blocked.stream().limit(PAGE).map(UserView::of).toList(), blocked.size() > PAGE);
        });
  }

  /** Blocks one. */
  @PUT
  @Path("{userId}")
  public CompletionStage<Response> block(@PathParam("userId") String userId) {
    return set(userId, true);
  }

  /** Blocks one no more. What was silenced meanwhile stays so. */
  @DELETE
  @Path("{userId}")
  public CompletionStage<Response> unblock(@PathParam("userId") String userId) {
    return set(userId, false);
  }

  private CompletionStage<Response> set(String userId, boolean block) {
    UserPrincipal user = BearerFilter.user(caller);
    long other = Parameters.id("userId", userId);
    if (other == user.userId()) {
      throw Problem.badRequest("nobody can block himself");
    }
    return database.ask(
        user,
        1,
        () -> {
          SettingsOutcome outcome = settings.set(user.userId(), other, SettingsChange.block(block));
          if (outcome instanceof SettingsOutcome.TooManyBlocked) {
            throw Problem.conflict(
                Problem.Conflict.TOO_MANY_BLOCKED, "unblock somebody else first");
          }
          return Response.noContent().build();
        });
  }
}
