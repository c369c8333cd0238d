package imserver.rest;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response.Status;
import java.util.stream.Stream;

/**
 * Refuses a request without the body that its operation takes, or that does not say of what type it
 * is: JAX-RS would read null out of it.
 */
public class BodyFilter implements ContainerRequestFilter {

  @Context private ResourceInfo operation;

  /** For the container, which injects the rest. */
  public BodyFilter() {}

  @Override
  public void filter(ContainerRequestContext request) {
    if (request.getMethod().equals(HttpMethod.OPTIONS) || !takesBody()) {
      return;
    }
    if (!request.hasEntity()) {
      throw Problem.badRequest("the body is missing");
    }
    if (request.getMediaType() == null) {
      throw Problem.ofStatus(Status.UNSUPPORTED_MEDIA_TYPE.getStatusCode());
    }
  }

  /** What is not annotated is the body (Jakarta RESTful Web Services 3.1, section 3.3.2.1). */
  private boolean takesBody() {
    return Stream.of(operation.getResourceMethod().getParameters())
        .anyMatch(parameter -> parameter.getAnnotations().length == 0);
  }
}
