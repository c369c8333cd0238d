package imserver.legacy;

import imserver.config.Config;
import imserver.config.Config.Switch;
import imserver.rest.Beans;
import imserver.rest.BearerFilter;
import imserver.rest.Problem;
import jakarta.annotation.Priority;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;

/**
 * Answers 404 where these paths are switched off, and verifies the credential; not for {@code
 * OPTIONS}, which needs none.
 */
@Priority(Priorities.AUTHENTICATION)
public class LegacyFilter implements ContainerRequestFilter {

  private final BearerFilter bearer = new BearerFilter();

  /** For the container. */
  public LegacyFilter() {}

  @Override
  public void filter(ContainerRequestContext request) {
    if (Beans.get(Config.class).server().originalPaths() == Switch.OFF) {
      throw Problem.notFound("these paths are switched off");
    }
    if (!request.getMethod().equals(HttpMethod.OPTIONS)) {
      bearer.filter(request);
    }
  }
}
