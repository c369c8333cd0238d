package imserver.content;

import imserver.packet.FailureCode;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of a message for what it says.
 *
 * @param content what is to be stored of it
 * @param refusal why it is to be refused; null where it is to be stored
 * @param isReported whether it is to be reported to the moderators
 */
public record Verdict(String content, @Nullable Refusal refusal, boolean isReported) {

  /**
   * Why a message is refused.
   *
   * @param reason for the sender
   */
  public record Refusal(FailureCode code, String reason) {}

  /** To store it as it is. */
  public static Verdict of(String content) {
    return new Verdict(content, null, false);
  }

  /** The same with another text. */
  public Verdict withContent(String other) {
    return new Verdict(other, refusal, isReported);
  }

  /** To refuse it; an empty reason says what the code says. */
  public Verdict refused(FailureCode code, String reason) {
    return new Verdict(
        content, new Refusal(code, reason.isEmpty() ? code.message() : reason), false);
  }
}
