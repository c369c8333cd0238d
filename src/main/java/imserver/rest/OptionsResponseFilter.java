package imserver.rest;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response.Status;

/**
 * Makes 204 of what JAX-RS answers to {@code OPTIONS} by itself (Jakarta RESTful Web Services 3.1,
 * section 3.3.5), which is {@code Allow} and, by the request's {@code Accept}, some description.
 */
public class OptionsResponseFilter implements ContainerResponseFilter {

  /** For the container. */
  public OptionsResponseFilter() {}

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    if (request.getMethod().equals(HttpMethod.OPTIONS)
        && response.getStatus() == Status.OK.getStatusCode()
        && response.getHeaders().containsKey(HttpHeaders.ALLOW)) {
      response.setEntity(null);
      response.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
      response.getHeaders().remove(HttpHeaders.CONTENT_LENGTH);
      response.setStatusInfo(Status.NO_CONTENT);
    }
  }
}
