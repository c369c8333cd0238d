package imserver.rest;

import imserver.message.ConversationService;
import imserver.message.UnreadCount;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;

/** How much a user has not read: two look-ups, for every page of a host site. */
@Path("unread")
@Authenticated
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class UnreadResource {

  @Inject private ConversationService conversations;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public UnreadResource() {}

  /** {@code total} is the sum of the others. */
  public record TotalView(long total, long messages, long notices) {}

  /** The user's own counts. */
  @GET
  public TotalView unread() {
    UnreadCount count = conversations.unread(BearerFilter.user(caller).userId());
    return new TotalView(count.total(), count.messages(), count.notices());
  }
}
