package imserver.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of the WAR, from memory. The containers' own servlets for files have a thread wait for
 * each client, and cannot be had asynchronously: Tomcat's takes it away from the request, Payara's
 * held a thread for each of 60 clients that did not read, and then no other request was answered.
 *
 * <p>There are some sixty, of less than half a megabyte together. What is not among them at the
 * start does not exist, whatever the path.
 */
@WebServlet(
    urlPatterns = {"/", "*.jsp", "*.jspx"}, // of which there are none; nor is an engine for them
    asyncSupported = true,
    loadOnStartup = 1)
public class StaticFiles extends HttpServlet {

  private static final long serialVersionUID = 1L;

  private static final String WELCOME = "index.html";

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record File(byte[] bytes, String type, String etag) {}

  private final transient Map<String, File> files = new HashMap<>();

  /** For the container. */
  public StaticFiles() {}

  @Override
  public void init() throws ServletException {
    try {
      read("/");
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new ServletException(e);
    }
  }

  private void read(String folder) throws IOException, NoSuchAlgorithmException {
    Set<String> paths = getServletContext().getResourcePaths(folder);
    for (String path : paths == null ? Set.<String>of() : paths) {
      if (path.startsWith("/WEB-INF/") || path.startsWith("/META-INF/")) {
        continue;
      }
      if (path.endsWith("/")) {
        read(path);
      } else {
        File file = file(path);
        files.put(path, file);
        if (path.equals(folder + WELCOME)) {
          files.put(folder, file);
        }
      }
    }
  }

  private File file(String path) throws IOException, NoSuchAlgorithmException {
    byte[] bytes;
    try (InputStream in = getServletContext().getResourceAsStream(path)) {
      bytes = in.readAllBytes();
    }
    String type = getServletContext().getMimeType(path);
    if (type == null) {
      type = "application/octet-stream";
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    return new File(
        bytes,
        type.startsWith("text/") ? type + ";charset=UTF-8" : type,
        '"' + HexFormat.of().formatHex(digest, 0, 16) + '"');
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String info = request.getPathInfo();
    File file = files.get(request.getServletPath() + (info == null ? "" : info));
    if (file == null) {
      response.setStatus(HttpServletResponse.SC_NOT_FOUND);
      return;
    }
    boolean head = request.getMethod().equals("HEAD");
    if (!head && !request.getMethod().equals("GET")) {
      response.setHeader("Allow", "GET, HEAD, OPTIONS");
      response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
      return;
    }
    response.setHeader("ETag", file.etag());
    if (isKnown(request.getHeader("If-None-Match"), file)) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return;
    }
    response.setContentType(file.type());
    if (!head) {
      response.getOutputStream().write(file.bytes());
    }
  }

  /** RFC 9110, section 13.1.2: weakly compared. */
  private static boolean isKnown(@Nullable String ifNoneMatch, File file) {
    return ifNoneMatch != null && ifNoneMatch.contains(file.etag());
  }
}
