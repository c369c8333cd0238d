package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.query.DatabaseExecutor;
import imserver.webhook.ParkedEvents;
import imserver.webhook.ParkedEvents.Parked;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
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
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the host application could not be told for a day, for itself and its operators. */
@Path("webhooks/parked")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class WebhooksResource {

  private static final int PAGE = 100;

  @Inject private ParkedEvents parked;
  @Inject private DatabaseExecutor database;
  @Inject private Audit audit;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public WebhooksResource() {}

  /**
   * An event that waits for somebody.
   *
   * @param type such as {@code message.stored}
   * @param userId who did it; of what was not seen, who has not
   * @param otherId the other user of the conversation, 0 for the system
   * @param reference a message, up to which one was read, or a report; 0 for none
   * @param time when it happened
   * @param failure why the last attempt failed
   */
  public record ParkedView(
      long id,
      String type,
      long userId,
      long otherId,
      long reference,
      Instant time,
      Instant parkedAt,
      String failure) {

    static ParkedView of(Parked event) {
      return new ParkedView(
          event.id(),
          event.type(),
          event.userId(),
          event.otherId(),
          event.reference(),
          event.time(),
          event.parkedAt(),
          event.failure());
    }
  }

  /** Some of them, ascending by id; {@code more} if there are others with higher ids. */
  public record ParkedEventsView(List<ParkedView> events, boolean more) {}

  /** Those with ids above {@code after}. */
  @GET
  public CompletionStage<ParkedEventsView> list(@QueryParam("after") @Nullable String after) {
    BearerFilter.requireService(caller);
    long afterId = after == null ? 0 : Parameters.idOrZero("after", after);
    return database.ask(
        () -> {
          List<ParkedView> found =
              parked.list(afterId, PAGE + 1).stream().map(ParkedView::of).toList();
          return found.size() > PAGE
              ? new ParkedEventsView(found.subList(0, PAGE), true)
              : new ParkedEventsView(found, false);
        });
  }

  /** Has one told again. */
  @POST
  @Path("{id}/retry")
  public CompletionStage<Response> retry(@PathParam("id") String id) {
    BearerFilter.requireService(caller);
    long eventId = Parameters.id("id", id);
    UserPrincipal host = BearerFilter.principal(caller);
    return database.ask(
        () -> {
          boolean found =
              audit.line(
                  host,
                  "tell event " + eventId + " again",
                  () -> parked.retry(eventId),
                  done -> done ? "it is in the queue" : "there is none");
          if (!found) {
            throw Problem.notFound("no event is parked by this id");
          }
          return Response.noContent().build();
        });
  }
}
