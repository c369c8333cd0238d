package imserver.query;

import imserver.packet.FailureCode;

/** A query is not done, or nobody waits for it any more. An ordinary answer: no stack trace. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final FailureCode code;

  /**
   * For a failure.
   *
   * @param reason one sentence in English, for developers
   */
  RefusedException(FailureCode code, String reason) {
    super(reason, null, false, false);
    this.code = code;
  }

  /** From the catalogue. */
  public FailureCode code() {
    return code;
  }

  /** One sentence in English. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
