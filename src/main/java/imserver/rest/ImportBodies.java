package imserver.rest;

import imserver.auth.Origins;
import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.file.Uploads;
import imserver.message.MessageImport;
import imserver.packet.FailureCode;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Requests whose body is messages of another system: not collected in memory, but stored as they
 * arrive. Safe for use by several threads.
 */
@ApplicationScoped
public class ImportBodies {

  /** The attribute of a request with its {@link ImportCounts}. */
  static final String COUNTS = ImportBodies.class.getName() + ".counts";

  /** For all of a body: what has not come by then comes with the next request. */
  private static final Duration WHOLE = Duration.ofHours(1);

  /** At once. They take turns at the database. */
  private static final int AT_ONCE = 2;

  private final Semaphore places = new Semaphore(AT_ONCE);

  @Inject private MessageImport messages;
  @Inject private DatabaseExecutor database;
  @Inject private Uploads uploads;
  @Inject private Config config;
  @Inject private Origins origins;
  @Inject private Clock clock;
  @Inject private Audit audit;

  /** For the container, which injects the rest. */
  public ImportBodies() {}

  /** Whether the body is such a one. */
  static boolean isImport(HttpServletRequest request) {
    return request.getServletPath().equals("/api")
        && request.getMethod().equals("POST")
        && "/import".equals(request.getPathInfo());
  }

  /**
   * Lets a body in.
   *
   * @param caller null for a stranger
   * @throws Problem if it is refused
   */
  ImportSink admit(HttpServletRequest request, @Nullable UserPrincipal caller) {
    if (caller == null) {
      throw Problem.unauthorized();
    }
    StreamedBody.requireHost(request, origins);
    if (!caller.service() || request.getHeader(BearerFilter.ACTED_FOR) != null) {
      throw Problem.forbidden("this takes the credential of the host application");
    }
    if (!places.tryAcquire()) {
      throw Problem.of(FailureCode.SERVER_BUSY, "others are importing, try again later");
    }
    ImportLines lines = new ImportLines(config.limits().maxContent(), clock, messages::add);
    return new ImportSink(
        lines,
        database::askForImport,
        counts -> {
          places.release();
          audit.imported(caller, counts);
        });
  }

  /** See {@link StreamedBody#read}. */
  void read(HttpServletRequest request, HttpServletResponse response, ImportSink sink)
      throws IOException {
    StreamedBody.read(
        request,
        response,
        sink,
        WHOLE,
        uploads::every,
        counts -> request.setAttribute(COUNTS, counts));
  }

  /** See {@link StreamedBody#readHere}. */
  RequestBody readHere(HttpServletRequest request, ImportSink sink) {
    return StreamedBody.readHere(request, sink, counts -> request.setAttribute(COUNTS, counts));
  }
}
