package imserver.rest;

import imserver.file.FileRefusedException;
import imserver.monitoring.Meters;
import imserver.packet.FailureCode;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Why a request is not done: becomes an answer of RFC 9457. */
public final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What must be changed first, where the socket has no such failure. */
  enum Conflict {
    /** A resumable upload goes on elsewhere. */
    UPLOAD_OFFSET,
    /** A moderator has closed the report. */
    REPORT_CLOSED,
    /** The user waits for many reports to be closed. */
    TOO_MANY_REPORTS,
    /** The user has blocked as many as there may be. */
    TOO_MANY_BLOCKED,
    /** The user is being erased. */
    ERASING
  }

  private final int status;
  private final String code;
  private final boolean retryable;
  private final long secondsToWait;

  private Problem(int status, String code, String detail, boolean retryable) {
    this(status, code, detail, retryable, 1);
  }

  private Problem(int status, String code, String detail, boolean retryable, long secondsToWait) {
    super(detail, null, false, false); // an ordinary answer: no stack trace
    this.status = status;
    this.code = code;
    this.retryable = retryable;
    this.secondsToWait = secondsToWait;
  }

  /** The same failure as over the socket. */
  public static Problem of(FailureCode code, String detail) {
    return new Problem(statusOf(code), code.name(), detail, code.retryable());
  }

  /**
   * Too much in a time; {@code detail} says of what.
   *
   * @param wait how long until the same request may succeed
   */
  static Problem rateLimited(String detail, Duration wait) {
    FailureCode code = FailureCode.RATE_LIMITED;
    long seconds = wait.plusSeconds(1).minusNanos(1).toSeconds(); // rounded up
    return new Problem(statusOf(code), code.name(), detail, code.retryable(), seconds);
  }

  /** Why a file is not taken. */
  static Problem of(FileRefusedException.Reason reason) {
    String detail = reason.text();
    return switch (reason) {
      case TOO_LARGE -> new Problem(413, "FILE_TOO_LARGE", detail, false);
      case EMPTY -> new Problem(400, "EMPTY_FILE", detail, false);
      case QUOTA -> new Problem(429, "FILE_QUOTA", detail, false);
      case REUSED_ID -> of(FailureCode.REUSED_ID, detail);
      case REFUSED -> new Problem(422, "REFUSED_FILE", detail, false);
      case BUSY -> of(FailureCode.SERVER_BUSY, detail);
      case TOO_MANY -> of(FailureCode.RATE_LIMITED, detail);
      case UNKNOWN -> notFound(detail);
      case CONFLICT -> conflict(Conflict.UPLOAD_OFFSET, detail);
      case MALFORMED -> badRequest(detail);
    };
  }

  /** The request breaks a rule; {@code detail} names which, without any text of the request. */
  public static Problem badRequest(String detail) {
    return new Problem(400, "BAD_REQUEST", detail, false);
  }

  static Problem unauthorized() {
    return new Problem(401, "UNAUTHORIZED", "the credential is missing or does not verify", false);
  }

  /** The credential does not suffice. */
  public static Problem forbidden(String detail) {
    return new Problem(403, "FORBIDDEN", detail, false);
  }

  /** There is no such thing. */
  public static Problem notFound(String detail) {
    return new Problem(404, "NOT_FOUND", detail, false);
  }

  /** Something else must be changed first. */
  static Problem conflict(Conflict code, String detail) {
    return new Problem(409, code.name(), detail, false);
  }

  static Problem gone(String detail) {
    return new Problem(410, "GONE", detail, false);
  }

  static Problem timeout() {
    return new Problem(408, "REQUEST_TIMEOUT", "the body did not arrive in time", true);
  }

  static Problem tooLarge(String detail) {
    return new Problem(413, "TOO_LARGE", detail, false);
  }

  /** What JAX-RS itself found wrong, or a fault of ours. */
  static Problem ofStatus(int status) {
    Status known = Status.fromStatusCode(status);
    String reason = known == null ? "Error" : known.getReasonPhrase();
    return new Problem(status, known == null ? "ERROR" : known.name(), reason, false);
  }

  /** Has each be told from 0 on in the metrics; what else JAX-RS may answer when it is there. */
  static void tellAll() {
    Stream.of(
            Arrays.stream(FailureCode.values()).map(code -> of(code, "")),
            Arrays.stream(FileRefusedException.Reason.values()).map(Problem::of),
            Arrays.stream(Conflict.values()).map(code -> conflict(code, "")),
            IntStream.of(400, 404, 405, 406, 412, 415, 500).mapToObj(Problem::ofStatus),
            Stream.of(unauthorized(), forbidden(""), gone(""), timeout(), tooLarge("")))
        .flatMap(Function.identity())
        .forEach(each -> Meters.tellHttpFailure(each.status, each.code));
  }

  /** Has it counted in the metrics, as an answer that was given. */
  void count() {
    Meters.httpFailed(status, code);
  }

  private static int statusOf(FailureCode code) {
    return switch (code) {
      case RATE_LIMITED -> 429;
      case SERVER_BUSY, STORAGE_UNAVAILABLE -> 503;
      case UNKNOWN_RECIPIENT, NOT_FOUND -> 404;
      case FORBIDDEN_SENDER,
          RECALL_OFF,
          BLOCKED,
          STRANGER,
          TOO_MANY_RECIPIENTS,
          REFUSED_CONTENT,
          REFUSED_BY_HOST,
          SUSPENDED ->
          403;
      case REUSED_ID, RECALL_EXPIRED -> 409;
      case BAD_PACKET,
          UNKNOWN_TYPE,
          INVALID_RECIPIENT,
          EMPTY_CONTENT,
          CONTENT_TOO_LONG,
          UNKNOWN_FILE,
          TOO_MANY_FILES,
          BAD_READ_ACK,
          BAD_COMMAND,
          UNKNOWN_OP ->
          400;
    };
  }

  /** The status of the answer. */
  public int status() {
    return status;
  }

  /** For programs; of {@link FailureCode} where the socket has the same failure. */
  public String code() {
    return code;
  }

  /** Whether the same request may succeed when it is sent again. */
  public boolean retryable() {
    return retryable;
  }

  /** How long to wait before that; at least 1. */
  long secondsToWait() {
    return secondsToWait;
  }

  /** For people. */
  public String detail() {
    String detail = getMessage();
    return detail == null ? code : detail;
  }
}
