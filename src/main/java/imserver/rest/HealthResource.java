package imserver.rest;

import imserver.config.Config;
import imserver.message.MessageService;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.lang.System.Logger.Level;
import java.util.Locale;

/**
 * {@code GET /teaching/api/health}: 200 where messages can be stored, 503 where not. Needs no
 * credential, tells no secret. Says besides what a credential is here, so that the page can ask for
 * one.
 */
@Path("health")
@RequestScoped
public class HealthResource {

  private static final System.Logger LOG = System.getLogger(HealthResource.class.getName());

  @Inject private MessageService messages;
  @Inject private Config config;

  /** For the container, which injects the rest. */
  public HealthResource() {}

  /** Asks the database. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response health() {
    return answer(databaseAnswers());
  }

  private Response answer(boolean database) {
    String state = database ? "up" : "down";
    String mode = config.auth().mode().name().toLowerCase(Locale.ROOT);
    CacheControl never = new CacheControl();
    never.setNoStore(true);
    return Response.status(database ? Response.Status.OK : Response.Status.SERVICE_UNAVAILABLE)
        .entity(
            "{\"status\":\"%s\",\"database\":\"%s\",\"authMode\":\"%s\"}"
                .formatted(state, state, mode))
        .cacheControl(never)
        .build();
  }

  private boolean databaseAnswers() {
    try {
      messages.ping();
      return true;
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the database does not answer: {0}", e.getMessage());
      return false;
    }
  }
}
