package imserver.rest;

import imserver.config.Config;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * {@code GET /teaching/api/health}: 200 where the database answers, 503 where not. Needs no
 * credential, tells no secret. Says besides what a credential is here, so that the page can ask for
 * one. The order of the members is kept for those who look for a text in the answer.
 */
@Path("health")
@Dependent
public class HealthResource {

  private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

  @Inject private HealthCheck check;
  @Inject private DatabaseExecutor database;
  @Inject private Config config;

  /** For the container, which injects the rest. */
  public HealthResource() {}

  /** Asks the database. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> health() {
    return check.databaseAnswers().thenApplyAsync(this::answer, database.answering());
  }

  private Response answer(boolean database) {
    String state = database ? "up" : "down";
    String mode = config.auth().mode().name().toLowerCase(Locale.ROOT);
    CacheControl never = new CacheControl();
    never.setNoStore(true);
    return Response.status(database ? Response.Status.OK : Response.Status.SERVICE_UNAVAILABLE)
        .entity(
            JSON.createObjectBuilder()
                .add("status", state)
                .add("database", state)
                .add("authMode", mode)
                .build()
                .toString())
        .cacheControl(never)
        .build();
  }
}
