package imserver.rest;

import imserver.auth.Origins;
import imserver.auth.Suspensions;
import imserver.auth.UserPrincipal;
import imserver.file.FileRefusedException;
import imserver.file.NewFile;
import imserver.file.StoredFile;
import imserver.file.Upload;
import imserver.file.Uploads;
import imserver.monitoring.Meters;
import imserver.monitoring.Meters.UploadOutcome;
import imserver.packet.FailureCode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests whose body is a file, or a part of one: not collected in memory, but handed over as it
 * arrives. Safe for use by several threads.
 */
@ApplicationScoped
public class FileBodies {

  /** The attribute of a request with its {@link StoredFile}. */
  static final String FILE = FileBodies.class.getName() + ".file";

  /** The attribute of a request that says whether the file was there before. */
  static final String RETRY = FileBodies.class.getName() + ".retry";

  /** The header by which a resumable upload is known (tus 1.0.0). */
  static final String TUS = "Tus-Resumable";

  static final String TUS_VERSION = "1.0.0";

  /** For all of a body, and what is done with it. */
  private static final Duration WHOLE = Duration.ofMinutes(30);

  private static final String PATH = "/files";

  @Inject private Uploads uploads;
  @Inject private Suspensions suspensions;
  @Inject private Origins origins;

  /** For the container, which injects the rest. */
  public FileBodies() {}

  /** Whether the body is a file, or a part of one; what begins a resumable upload has none. */
  static boolean isFile(HttpServletRequest request) {
    String path = request.getPathInfo();
    if (path == null || !request.getServletPath().equals("/api")) {
      return false;
    }
    return request.getMethod().equals("POST")
        ? path.equals(PATH) && request.getHeader(TUS) == null
        : request.getMethod().equals("PATCH") && path.matches(PATH + "/\\d{1,16}");
  }

  /** Bytes of one file at most. */
  long maxBytes() {
    return uploads.maxBytes();
  }

  /**
   * Lets a body in.
   *
   * @param caller null for a stranger
   * @throws Problem if it is refused
   */
  Upload admit(HttpServletRequest request, @Nullable UserPrincipal caller) {
    UserPrincipal owner = owner(request, caller);
    try {
      if (request.getMethod().equals("PATCH")) {
        requireTus(request);
        String path = request.getPathInfo();
        return uploads.part(
            owner,
            Parameters.id("fileId", path.substring(PATH.length() + 1)),
            offset(request.getHeader("Upload-Offset")));
      }
      Map<String, String> query = query(request.getQueryString());
      NewFile file =
          NewFile.of(
              query.get("name"),
              query.get("clientFileId"),
              query.get("duration"),
              query.get("waveform"));
      return uploads.whole(owner, file, request.getContentType());
    } catch (FileRefusedException e) {
      throw Problem.of(e.reason());
    } catch (IllegalArgumentException e) {
      Meters.uploaded(UploadOutcome.REFUSED);
      throw Problem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private UserPrincipal owner(HttpServletRequest request, @Nullable UserPrincipal caller) {
    if (caller == null) {
      throw Problem.unauthorized();
    }
    StreamedBody.requireHost(request, origins);
    String actedFor = request.getHeader(BearerFilter.ACTED_FOR);
    UserPrincipal owner =
        caller.service() && actedFor != null
            ? caller.actingFor(Parameters.id(BearerFilter.ACTED_FOR, actedFor))
            : caller;
    if (!owner.isUser()) {
      throw Problem.forbidden("this takes the credential of a user");
    }
    refuseSilent(owner);
    return owner;
  }

  /**
   * Refuses who may not write.
   *
   * @throws Problem if it is so
   */
  void refuseSilent(UserPrincipal owner) {
    if (suspensions.isSilent(owner.userId())) {
      throw Problem.of(FailureCode.SUSPENDED, FailureCode.SUSPENDED.message());
    }
  }

  /**
   * Refuses what is of no version of tus, or of another: of which nothing may be kept.
   *
   * @throws Problem if it is so
   */
  static void requireTus(HttpServletRequest request) {
    if (!TUS_VERSION.equals(request.getHeader(TUS))) {
      throw Problem.ofStatus(HttpServletResponse.SC_PRECONDITION_FAILED);
    }
  }

  /**
   * Where a part begins.
   *
   * @throws Problem if it does not say
   */
  static long offset(@Nullable String header) {
    if (header == null || !header.matches("\\d{1,15}")) {
      throw Problem.badRequest("Upload-Offset must be a number");
    }
    return Long.parseLong(header);
  }

  /**
   * Of the address alone: a container would look into the body, too. The first of each name.
   *
   * @throws IllegalArgumentException if it is not encoded as it has to be
   */
  static Map<String, String> query(@Nullable String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String each : (query == null ? "" : query).split("&", -1)) {
      String[] parts = each.split("=", 2);
      String text = parts.length == 2 ? parts[1] : "";
      parameters.putIfAbsent(parts[0], URLDecoder.decode(text, StandardCharsets.UTF_8));
    }
    return parameters;
  }

  /** See {@link StreamedBody#read}. */
  void read(HttpServletRequest request, HttpServletResponse response, Upload upload)
      throws IOException {
    StreamedBody.read(
        request,
        response,
        new UploadSink(upload),
        WHOLE,
        uploads::every,
        file -> {
          request.setAttribute(FILE, file);
          request.setAttribute(RETRY, upload.isRetry());
        });
  }

  /** See {@link StreamedBody#readHere}. */
  RequestBody readHere(HttpServletRequest request, Upload upload) {
    return StreamedBody.readHere(
        request,
        new UploadSink(upload),
        file -> {
          request.setAttribute(FILE, file);
          request.setAttribute(RETRY, upload.isRetry());
        });
  }
}
