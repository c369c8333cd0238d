package imserver.rest;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The bytes of files, once for all who are being answered with them: whoever does not read costs no
 * memory of his own. Safe for use by several threads.
 */
final class SharedFiles {

  /** More than the WAR has files. */
  private static final int MAX_FILES = 500;

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();

  /** Whether {@code imserver.web.Files} answers. */
  static boolean isFile(HttpServletRequest request) {
    String path = request.getServletPath();
    return !path.equals("/api") && !path.equals("/message") && !path.startsWith("/imserver");
  }

  /** An answer, or the same bytes that others are answered with; to be read alone. */
  byte[] share(HttpServletRequest request, byte[] answer) {
    if (answer.length == 0 || !isFile(request)) {
      return answer;
    }
    String path = request.getServletPath();
    byte[] known = files.get(path);
    if (known != null && Arrays.equals(known, answer)) {
      return known;
    }
    if (known != null || files.size() < MAX_FILES) {
      files.put(path, answer);
    }
    return answer;
  }
}
