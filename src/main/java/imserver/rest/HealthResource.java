package imserver.rest;

import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.monitoring.Watchdog;
import imserver.query.DatabaseExecutor;
import imserver.session.SessionRegistry;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Whether this server is of use, for people, proxies and orchestrators. Needs no credential, tells
 * no secret.
 *
 * <ul>
 *   <li>{@code GET /teaching/api/health}: 200 where the database answers, 503 where not, or where a
 *       thread on which all depend is stuck ({@link Watchdog}). Says besides what a credential is
 *       here, so that the page can ask for one; how many servers are on the database; and whether
 *       this one hears all of them.
 *   <li>{@code …/health/live}: 200 while this process can answer and no such thread is stuck, and
 *       while the database is away. Who does not answer so is to be started anew.
 *   <li>{@code …/health/ready}: 200 where it is to be sent clients: the same, the database answers,
 *       and it is not about to stop. The application is not there at all before its tables are.
 * </ul>
 *
 * <p>The order of the members is kept for those who look for a text in the answer.
 */
@Path("health")
@Dependent
public class HealthResource {

  private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

  @Inject private HealthCheck check;
  @Inject private DatabaseExecutor database;
  @Inject private Config config;
  @Inject private Cluster cluster;
  @Inject private SessionRegistry registry;
  @Inject private Watchdog watchdog;

  /** For the container, which injects the rest. */
  public HealthResource() {}

  /** Asks the database. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> health() {
    return check.databaseAnswers().thenApplyAsync(this::answer, database.answering());
  }

  /**
   * Asks nobody, unless a thread is stuck: then the database, since a thread may wait for one that
   * is away, which a new start does not bring back.
   */
  @GET
  @Path("live")
  @Produces(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> live() {
    return watchdog.isStuck()
        ? check.databaseAnswers().thenApplyAsync(up -> status(!up), database.answering())
        : CompletableFuture.completedFuture(status(true));
  }

  /** Asks the database. */
  @GET
  @Path("ready")
  @Produces(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> ready() {
    return check.databaseAnswers().thenApplyAsync(this::readiness, database.answering());
  }

  private Response readiness(boolean database) {
    return status(database && !registry.isClosing() && !watchdog.isStuck());
  }

  private static Response status(boolean up) {
    return answer(up, JSON.createObjectBuilder().add("status", state(up)));
  }

  private static String state(boolean up) {
    return up ? "up" : "down";
  }

  private Response answer(boolean database) {
    boolean up = database && !watchdog.isStuck();
    String mode = config.auth().mode().name().toLowerCase(Locale.ROOT);
    return answer(
        up,
        JSON.createObjectBuilder()
            .add("status", state(up))
            .add("database", state(database))
            .add("authMode", mode)
            .add("servers", cluster.servers())
            .add("bus", state(cluster.hearsAll())));
  }

  private static Response answer(boolean up, JsonObjectBuilder members) {
    CacheControl never = new CacheControl();
    never.setNoStore(true);
    return Response.status(up ? Response.Status.OK : Response.Status.SERVICE_UNAVAILABLE)
        .entity(members.build().toString())
        .cacheControl(never)
        .build();
  }
}
