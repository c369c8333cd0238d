package imserver.legacy;

import imserver.rest.ProblemMapper;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;

/** Answers every exception in the form of the original back end. */
public class LegacyExceptionMapper implements ExceptionMapper<Throwable> {

  /** For the container. */
  public LegacyExceptionMapper() {}

  @Override
  public Response toResponse(Throwable error) {
    return Response.ok(Envelope.of(ProblemMapper.answered(error)), MediaType.APPLICATION_JSON)
        .build();
  }
}
