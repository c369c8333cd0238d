package imserver.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the credential in a handshake (PROTOCOL.md, section 1). */
final class Credentials {

  /** The subprotocol that the server speaks; offered together with {@code bearer.<jwt>}. */
  static final String SUBPROTOCOL = "imserver.v1";

  /** In the path, says that the credential is in a header. */
  private static final String ME = "me";

  private static final String BEARER_HEADER = "bearer ";
  private static final String BEARER_SUBPROTOCOL = "bearer.";

  private Credentials() {}

  /** The credential in the path, or with {@code me} the one in a header; "" where there is none. */
  static String of(HttpServletRequest request) {
    String path = request.getPathInfo() == null ? request.getServletPath() : request.getPathInfo();
    String last = path.substring(path.lastIndexOf('/') + 1);
    return last.equals(ME) ? ofHeaders(request).orElse("") : last;
  }

  private static Optional<String> ofHeaders(HttpServletRequest request) {
    return Stream.concat(
            headers(request, "Authorization").stream()
                .flatMap(value -> withoutPrefix(value, BEARER_HEADER)),
            headers(request, "Sec-WebSocket-Protocol").stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .flatMap(value -> withoutPrefix(value.strip(), BEARER_SUBPROTOCOL)))
        .findFirst();
  }

  private static List<String> headers(HttpServletRequest request, String name) {
    return Collections.list(request.getHeaders(name));
  }

  private static Stream<String> withoutPrefix(String value, String prefix) {
    return value.regionMatches(true, 0, prefix, 0, prefix.length())
        ? Stream.of(value.substring(prefix.length()).strip())
        : Stream.empty();
  }
}
