package imserver.moderation;

import java.util.Optional;
import java.util.stream.Stream;

/** Why somebody reports messages. The texts are stored, and never change. */
public enum ReportReason {
  /** Advertising, or the same to many. */
  SPAM("spam"),
  /** Insults, threats, harassment. */
  ABUSE("abuse"),
  /** Of a sexual kind. */
  SEXUAL("sexual"),
  /** An attempt to get money or data. */
  FRAUD("fraud"),
  /** Something else, which the text may say. */
  OTHER("other");

  private final String text;

  ReportReason(String text) {
    this.text = text;
  }

  /** As it is stored, and shown to programs. */
  public String text() {
    return text;
  }

  /** The one with this text. */
  public static Optional<ReportReason> of(String text) {
    return Stream.of(values()).filter(reason -> reason.text.equals(text)).findFirst();
  }
}
