package imserver.rest;

import imserver.packet.MarkRead;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.concurrent.CompletionStage;

/** Messages by their ids. */
@Path("messages")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class MessagesResource {

  @Inject private HttpIntake intake;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public MessagesResource() {}

  /** A read-ack: ids of messages to others are passed over, as over the socket. */
  @POST
  @Path("read")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> read(JsonBody body) {
    return intake.markRead(
        BearerFilter.user(caller),
        body.ids("messageIds", 0, MarkRead.MAX_IDS),
        () -> Response.noContent().build());
  }

  /** Recalls a message of the user, as over the socket. */
  @POST
  @Path("{messageId}/recall")
  public CompletionStage<Response> recall(@PathParam("messageId") String messageId) {
    return intake.recall(
        BearerFilter.user(caller),
        Parameters.id("messageId", messageId),
        () -> Response.noContent().build());
  }
}
