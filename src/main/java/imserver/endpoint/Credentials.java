package imserver.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the credential in a handshake (PROTOCOL.md, section 1). */
final class Credentials {

  private static final String ENDPOINT = "/imserver/";

  /** In the path, says that the credential is in a header. */
  private static final String ME = "me";

  private static final String BEARER_HEADER = "bearer ";
  private static final String BEARER_SUBPROTOCOL = "bearer.";

  private Credentials() {}

  /** The credential in the path, or with {@code me} the one in a header; "" where there is none. */
  static String of(HttpServletRequest request) {
    String info = request.getPathInfo();
    String path = info == null ? request.getServletPath() : request.getServletPath() + info;
    String credential = path.startsWith(ENDPOINT) ? path.substring(ENDPOINT.length()) : "";
    return credential.equals(ME) ? ofHeaders(request).orElse("") : credential;
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
