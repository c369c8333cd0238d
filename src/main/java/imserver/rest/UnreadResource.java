package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.conversation.ConversationService;
import imserver.conversation.UnreadApart;
import imserver.conversation.UnreadCount;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.concurrent.CompletionStage;

/** How much a user has not read: two look-ups, for every page of a host site. */
@Path("unread")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class UnreadResource {

  @Inject private ConversationService conversations;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public UnreadResource() {}

  /**
   * {@code total} is the sum of {@code messages} and {@code notices}. Of these {@code muted} are in
   * conversations that the user has muted, and {@code strangers} in others with users to whom the
   * user has never written.
   */
  public record TotalView(long total, long messages, long notices, long muted, long strangers) {}

  /** The user's own counts. */
  @GET
  public CompletionStage<TotalView> unread() {
    UserPrincipal user = BearerFilter.user(caller);
    return database.ask(
        user,
        1,
        () -> {
          UnreadCount count = conversations.unread(user.userId());
          UnreadApart apart = conversations.unreadApart(user.userId());
          return new TotalView(
              count.total(), count.messages(), count.notices(), apart.muted(), apart.strangers());
        });
  }
}
