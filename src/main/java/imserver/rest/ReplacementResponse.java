package imserver.rest;

import imserver.packet.FailureCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.TreeMap;

/** An answer that takes the place of the one which JAX-RS has made. */
final class ReplacementResponse {

  /** The attribute of a request to the original back end's paths, whose failures look otherwise. */
  static final String ORIGINAL = ReplacementResponse.class.getName() + ".original";

  private ReplacementResponse() {}

  /** The user has not read other answers, which are kept in memory until then. */
  static byte[] tooManyUnread(HttpServletRequest request, HttpServletResponse response) {
    Problem problem =
        Problem.of(FailureCode.RATE_LIMITED, "too many answers to this user are not read yet");
    problem.count();
    boolean original = request.getAttribute(ORIGINAL) != null;
    Object body = original ? envelope(problem) : ProblemMapper.details(problem);
    byte[] bytes = RecordBodyWriter.bytes(body);
    response.setStatus(problem.status());
    response.setHeader("Retry-After", Long.toString(problem.secondsToWait()));
    response.setContentType(original ? "application/json" : ProblemMapper.MEDIA_TYPE);
    response.setContentLength(bytes.length);
    return bytes;
  }

  private static Map<String, Object> envelope(Problem problem) {
    Map<String, Object> envelope = new TreeMap<>();
    envelope.put("code", problem.status());
    envelope.put("msg", problem.detail());
    return envelope;
  }
}
