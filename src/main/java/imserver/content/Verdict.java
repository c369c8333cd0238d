package imserver.content;

import imserver.packet.FailureCode;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of a message for what it says.
 *
 * @param content what is to be stored of it
 * @param refusal why it is to be refused; null where it is to be stored
 * @param isReported whether it is to be reported to the moderators
 * @param mayBeReplaced whether the host application has replaced the text, or may have when it was
 *     sent before: then another text under its key is no other message
 */
public record Verdict(
    String content, @Nullable Refusal refusal, boolean isReported, boolean mayBeReplaced) {

  /**
   * Why a message is refused.
   *
   * @param reason for the sender
   */
  public record Refusal(FailureCode code, String reason) {}

  /** To store it as it is. */
  public static Verdict of(String content) {
    return new Verdict(content, null, false, false);
  }

  /** The same with the text that the host application wants. */
  public Verdict decided(String wanted) {
    return new Verdict(wanted, refusal, isReported, !wanted.equals(content));
  }

  /** The same, where the host application has not decided, or has refused it. */
  public Verdict undecided() {
    return new Verdict(content, refusal, isReported, true);
  }

  /** The same, to be reported. */
  public Verdict reported() {
    return new Verdict(content, refusal, true, mayBeReplaced);
  }

  /** To refuse it; an empty reason says what the code says. */
  public Verdict refused(FailureCode code, String reason) {
    return new Verdict(
        content,
        new Refusal(code, reason.isEmpty() ? code.message() : reason),
        false,
        mayBeReplaced);
  }
}
