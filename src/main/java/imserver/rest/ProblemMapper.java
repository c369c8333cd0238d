package imserver.rest;

import imserver.database.StorageException;
import imserver.file.FileRefusedException;
import imserver.packet.FailureCode;
import imserver.query.RefusedException;
import jakarta.ejb.EJBException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Everything that goes wrong, as {@code application/problem+json} (RFC 9457). */
public class ProblemMapper implements ExceptionMapper<Throwable> {

  private static final System.Logger LOG = System.getLogger(ProblemMapper.class.getName());

  static final String MEDIA_TYPE = "application/problem+json";

  /** For the container. */
  public ProblemMapper() {}

  /**
   * The members of RFC 9457, section 3.1, and two of ours.
   *
   * @param type says what kind of problem it is, for programs
   * @param title the same for people
   * @param status of the answer
   * @param detail what is wrong with this request
   * @param code as in the socket's failure packets, where it has the same failure
   * @param retryable whether the same request may succeed when it is sent again
   */
  public record Details(
      String type, String title, int status, String detail, String code, boolean retryable) {}

  @Override
  public Response toResponse(Throwable error) {
    Problem problem = answered(error);
    Response.ResponseBuilder answer =
        Response.status(problem.status()).type(MEDIA_TYPE).entity(details(problem));
    if (problem.status() == Status.UNAUTHORIZED.getStatusCode()) {
      answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    if (problem.retryable()) {
      answer.header(HttpHeaders.RETRY_AFTER, problem.secondsToWait());
    }
    String allow = allow(error);
    if (allow != null) {
      answer.header(HttpHeaders.ALLOW, allow);
    }
    return answer.build();
  }

  static Details details(Problem problem) {
    Status status = Status.fromStatusCode(problem.status());
    return new Details(
        "urn:imserver:problem:" + problem.code().toLowerCase(java.util.Locale.ROOT),
        status == null ? "Error" : status.getReasonPhrase(),
        problem.status(),
        problem.detail(),
        problem.code(),
        problem.retryable());
  }

  /** What a request is answered with that failed; it is counted, so to be called once. */
  public static Problem answered(Throwable error) {
    Problem problem = of(error);
    problem.count();
    return problem;
  }

  /** What went wrong, in our words; what was not expected is logged. */
  public static Problem of(Throwable error) {
    if (error instanceof CompletionException && error.getCause() != null) {
      return of(error.getCause());
    }
    if (error instanceof Problem problem) {
      return problem;
    }
    if (error instanceof RefusedException refused) {
      return Problem.of(refused.code(), refused.reason());
    }
    boolean commitFailed = // outside of the bean, or else a fault of ours
        error instanceof EJBException && !StorageException.isFault(error.getCause());
    if (error instanceof StorageException || commitFailed) {
      LOG.log(Level.WARNING, "a request waits for the database: {0}", error.getMessage());
      FailureCode code = FailureCode.STORAGE_UNAVAILABLE;
      return Problem.of(code, "the database did not take it, try again");
    }
    if (error instanceof FileRefusedException refused) {
      return Problem.of(refused.reason());
    }
    if (error instanceof WebApplicationException web) {
      return Problem.ofStatus(web.getResponse().getStatus());
    }
    LOG.log(Level.ERROR, "a request failed", error);
    return Problem.ofStatus(Status.INTERNAL_SERVER_ERROR.getStatusCode());
  }

  private static @Nullable String allow(Throwable error) {
    return error instanceof WebApplicationException web
        ? web.getResponse().getHeaderString(HttpHeaders.ALLOW)
        : null;
  }
}
