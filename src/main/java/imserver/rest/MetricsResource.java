package imserver.rest;

import imserver.auth.CredentialVerifier;
import imserver.auth.LoopbackCallers;
import imserver.auth.UserPrincipal;
import imserver.monitoring.Monitoring;
import imserver.monitoring.Monitoring.Exposition;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/**
 * {@code GET /teaching/api/metrics}: the metrics of this server for Prometheus, in its text format
 * or as OpenMetrics, by what the reader accepts. For who asks on this machine, and for the roles of
 * the host application and of {@code IMSERVER_METRICS_ROLE}. Asks no database.
 */
@Path("metrics")
@Dependent
public class MetricsResource {

  @Inject private Monitoring monitoring;
  @Inject private CredentialVerifier verifier;

  /** For the container, which injects the rest. */
  public MetricsResource() {}

  /** All metrics; 404 where the settings turn them off. */
  @GET
  public Response metrics(@Context HttpServletRequest request) {
    if (!LoopbackCallers.include(request)) {
      requireReader(request);
    }
    Exposition metrics = monitoring.scrape(request.getHeader(HttpHeaders.ACCEPT));
    if (metrics == null) {
      throw Problem.notFound("IMSERVER_METRICS=off");
    }
    CacheControl never = new CacheControl();
    never.setNoStore(true);
    return Response.ok(metrics.text()).type(metrics.type()).cacheControl(never).build();
  }

  private void requireReader(HttpServletRequest request) {
    UserPrincipal caller = Bearer.anyone(request.getHeader(HttpHeaders.AUTHORIZATION), verifier);
    if (caller == null) {
      throw Problem.unauthorized();
    }
    if (!caller.metricsReader()) {
      throw Problem.forbidden("this takes a credential with the role of IMSERVER_METRICS_ROLE");
    }
  }
}
