package imserver.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of the WAR, from memory. The containers' own servlets for files have a thread wait for
 * each client, and cannot be had asynchronously: Tomcat's takes it away from the request, Payara's
 * held a thread for each of 60 clients that did not read, and then no other request was answered.
 *
 * <p>There are some hundred, of two megabytes together, half of it for debuggers. What is not among
 * them at the start does not exist, whatever the path.
 *
 * <p>A browser asks each time whether a file has changed, since those of two releases must not meet
 * in one page. A bundle it asks for once: its name has a hash of its content. While servers of two
 * releases stand beside each other a name that one of them gave may be asked of the other, which
 * answers with its own bundle, and that is not to be kept.
 */
@WebServlet(
    urlPatterns = {"/", "*.jsp", "*.jspx"}, // of which there are none; nor is an engine for them
    asyncSupported = true,
    loadOnStartup = 1)
public class StaticFiles extends HttpServlet {

  private static final long serialVersionUID = 1L;

  /** What the WAR has for the container, and for {@code java -jar}. */
  private static final List<String> NOT_SERVED = List.of("/WEB-INF/", "/META-INF/", "/launcher/");

  private static final String WELCOME = "index.html";

  /** As the build names them: the script, and what a debugger asks for. */
  private static final Pattern BUNDLE =
      Pattern.compile("(/bundle/[a-z-]+)-[A-Z0-9]{8}(\\.js(?:\\.map)?)");

  private final transient Map<String, StaticFile> files = new HashMap<>();

  /** By what does not change of their names. */
  private final transient Map<String, StaticFile> bundles = new HashMap<>();

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
      if (NOT_SERVED.stream().anyMatch(path::startsWith)) {
        continue;
      }
      if (path.endsWith("/")) {
        read(path);
      } else {
        StaticFile file = file(path);
        files.put(path, file);
        if (path.equals(folder + WELCOME)) {
          files.put(folder, file);
        }
        Matcher bundle = BUNDLE.matcher(path);
        if (bundle.matches()) {
          bundles.put(unhashed(bundle), file);
        }
      }
    }
  }

  private static String unhashed(Matcher bundle) {
    return bundle.group(1) + bundle.group(2);
  }

  private StaticFile file(String path) throws IOException, NoSuchAlgorithmException {
    byte[] bytes;
    try (InputStream in = getServletContext().getResourceAsStream(path)) {
      bytes = in.readAllBytes();
    }
    String type = getServletContext().getMimeType(path);
    return StaticFile.of(bytes, type == null ? "application/octet-stream" : type);
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String info = request.getPathInfo();
    String path = request.getServletPath() + (info == null ? "" : info);
    StaticFile file = files.get(path);
    String cacheControl = "no-cache";
    Matcher bundle = BUNDLE.matcher(path);
    if (bundle.matches()) {
      cacheControl = file == null ? "no-store" : "public, max-age=31536000, immutable";
      file = file == null ? bundles.get(unhashed(bundle)) : file;
    }
    if (file == null) {
      if (files.containsKey(path + "/")) { // relative: a proxy may have it under another path
        response.setHeader("Location", path.substring(path.lastIndexOf('/') + 1) + "/");
        response.setStatus(HttpServletResponse.SC_FOUND);
      } else {
        response.setStatus(HttpServletResponse.SC_NOT_FOUND);
      }
      return;
    }
    boolean head = request.getMethod().equals("HEAD");
    if (!head && !request.getMethod().equals("GET")) {
      response.setHeader("Allow", "GET, HEAD, OPTIONS");
      response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
      return;
    }
    response.setHeader("Cache-Control", cacheControl);
    if (file.varies()) {
      response.setHeader("Vary", "Accept-Encoding");
    }
    StaticFile.Form form =
        file.form(
            AcceptEncoding.takesGzip(Collections.list(request.getHeaders("Accept-Encoding"))));
    response.setHeader("ETag", form.etag());
    if (isKnown(request.getHeader("If-None-Match"), form)) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return;
    }
    response.setContentType(file.type());
    if (form.encoding() != null) {
      response.setHeader("Content-Encoding", form.encoding());
    }
    if (!head) {
      response.getOutputStream().write(form.bytes());
    }
  }

  /** RFC 9110, section 13.1.2: weakly compared. */
  private static boolean isKnown(@Nullable String ifNoneMatch, StaticFile.Form form) {
    return ifNoneMatch != null && ifNoneMatch.contains(form.etag());
  }
}
