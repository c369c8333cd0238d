package imserver.legacy;

import imserver.rest.Problems;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;

/** Everything that goes wrong, in the original's form. */
public class OriginalFailures implements ExceptionMapper<Throwable> {

  /** For the container. */
  public OriginalFailures() {}

  @Override
  public Response toResponse(Throwable error) {
    return Response.ok(Envelope.of(Problems.of(error)), MediaType.APPLICATION_JSON).build();
  }
}
