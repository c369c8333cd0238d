package imserver.rest;

import jakarta.enterprise.context.Dependent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** Messages of another system, for the host application. They were stored as they came. */
@Path("import")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class ImportResource {

  @Context private HttpServletRequest request;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public ImportResource() {}

  /** What has become of the lines. */
  @POST
  public ImportCounts counts() {
    BearerFilter.requireService(caller);
    return request.getAttribute(ImportBodies.COUNTS) instanceof ImportCounts counts
        ? counts
        : new ImportCounts(0, 0, 0, 0, List.of());
  }
}
