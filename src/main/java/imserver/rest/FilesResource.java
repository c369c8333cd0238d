package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.file.FileAddresses;
import imserver.file.FileRefusedException.Reason;
import imserver.file.NewFile;
import imserver.file.StoredFile;
import imserver.file.Upload;
import imserver.file.Uploads;
import imserver.monitoring.Meters;
import imserver.monitoring.Meters.UploadOutcome;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.SecurityContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Files of users. Their bytes do not pass here: {@link FileBodies} has kept those of an upload
 * before, and {@link DownloadFilter} gives them out. A resumable upload is that of tus 1.0.0, with
 * its extension {@code creation}.
 */
@Path("files")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class FilesResource {

  private static final String OFFSET = "Upload-Offset";
  private static final String LENGTH = "Upload-Length";
  private static final int MAX_METADATA = 4096;

  @Inject private Uploads uploads;
  @Inject private FileAddresses addresses;
  @Inject private FileBodies bodies;
  @Inject private DatabaseExecutor database;
  @Inject private Audit audit;
  @Context private SecurityContext caller;
  @Context private HttpServletRequest request;

  /** For the container, which injects the rest. */
  public FilesResource() {}

  /** A resumable upload that has begun. */
  public record BegunView(String fileId) {}

  /** A file, whose bytes were kept before; or the beginning of a resumable upload. */
  @POST
  public CompletionStage<Response> upload() {
    UserPrincipal owner = BearerFilter.user(caller);
    bodies.refuseSilent(owner);
    if (request.getHeader(FileBodies.TUS) != null) {
      return begin(owner);
    }
    if (!(request.getAttribute(FileBodies.FILE) instanceof StoredFile stored)) {
      Meters.uploaded(UploadOutcome.REFUSED); // without a body there is no Upload to count it
      throw Problem.of(Reason.EMPTY);
    }
    boolean retry = Boolean.TRUE.equals(request.getAttribute(FileBodies.RETRY));
    return CompletableFuture.completedFuture(
        Response.status(retry ? Response.Status.OK : Response.Status.CREATED)
            .entity(FileView.of(addresses.link(stored.file())))
            .build());
  }

  private CompletionStage<Response> begin(UserPrincipal owner) {
    FileBodies.requireTus(request);
    String length = request.getHeader(LENGTH);
    if (length == null || !length.matches("\\d{1,15}")) {
      throw Problem.badRequest(LENGTH + " must be a number");
    }
    NewFile file = file(request.getHeader("Upload-Metadata"));
    String path = request.getContextPath() + "/api/files/";
    return database.await(
        uploads.begin(owner, file, Long.parseLong(length)),
        begun -> {
          String id = Long.toString(begun.file().fileId());
          return tus(Response.status(Response.Status.CREATED))
              .header(HttpHeaders.LOCATION, path + id)
              .entity(new BegunView(id))
              .build();
        });
  }

  private static NewFile file(@Nullable String metadata) {
    if (metadata != null && metadata.length() > MAX_METADATA) {
      throw Problem.badRequest("Upload-Metadata is too long");
    }
    Map<String, String> fields = new HashMap<>();
    try {
      for (String each : (metadata == null ? "" : metadata).split(",", -1)) {
        String[] parts = each.strip().split(" ", 2);
        byte[] text = parts.length == 2 ? Base64.getDecoder().decode(parts[1]) : new byte[0];
        fields.put(parts[0], new String(text, StandardCharsets.UTF_8));
      }
      return NewFile.of(
          fields.get("filename"),
          fields.get("clientFileId"),
          fields.get("duration"),
          fields.get("waveform"));
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("Upload-Metadata: " + e.getMessage());
    }
  }

  private static ResponseBuilder tus(ResponseBuilder answer) {
    return answer
        .header(FileBodies.TUS, FileBodies.TUS_VERSION)
        .header(HttpHeaders.CACHE_CONTROL, "no-store");
  }

  /** How far a resumable upload has come. */
  @HEAD
  @Path("{fileId}")
  public CompletionStage<Response> offset(@PathParam("fileId") String fileId) {
    UserPrincipal owner = BearerFilter.user(caller);
    FileBodies.requireTus(request);
    return database.await(
        uploads.own(owner, Parameters.id("fileId", fileId)),
        found -> {
          StoredFile file = found.orElseThrow(() -> Problem.of(Reason.UNKNOWN));
          long offset = file.isComplete() ? file.announced() : file.received();
          return tus(Response.ok()).header(OFFSET, offset).header(LENGTH, file.announced()).build();
        });
  }

  /** A part of a resumable upload, whose bytes were kept before, or are none. */
  @PATCH
  @Path("{fileId}")
  public CompletionStage<Response> part(@PathParam("fileId") String fileId) {
    UserPrincipal owner = BearerFilter.user(caller);
    bodies.refuseSilent(owner);
    FileBodies.requireTus(request);
    if (request.getAttribute(FileBodies.FILE) instanceof StoredFile stored) {
      return CompletableFuture.completedFuture(partly(stored));
    }
    Upload upload =
        uploads.part(
            owner, Parameters.id("fileId", fileId), FileBodies.offset(request.getHeader(OFFSET)));
    return database.await(
        upload.finish().whenComplete((file, error) -> upload.close()), FilesResource::partly);
  }

  private static Response partly(StoredFile file) {
    long offset = file.isComplete() ? file.announced() : file.received();
    return tus(Response.noContent()).header(OFFSET, offset).build();
  }

  /** A file, with new addresses, for who may see it; the host application sees all. */
  @GET
  @Path("{fileId}")
  public CompletionStage<FileView> find(@PathParam("fileId") String fileId) {
    UserPrincipal user = BearerFilter.principal(caller);
    long id = Parameters.id("fileId", fileId);
    return database.await(
        user.isUser()
            ? uploads.seenBy(user, id)
            : audit.line(user, "get file " + id, () -> uploads.any(id), begun -> "begun"),
        found ->
            FileView.of(
                addresses.link(
                    found.orElseThrow(() -> Problem.notFound("there is no such file")).file())));
  }
}
