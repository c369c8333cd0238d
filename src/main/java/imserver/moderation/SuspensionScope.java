package imserver.moderation;

import java.util.Optional;
import java.util.stream.Stream;

/** What a suspended user may not do. */
public enum SuspensionScope {
  /** Write, recall, or have it told that he is typing. */
  WRITE("write"),
  /** Anything: he may not connect either, nor ask over HTTP. */
  ALL("all");

  private final String text;

  SuspensionScope(String text) {
    this.text = text;
  }

  /** As it is stored, and shown to programs. */
  public String text() {
    return text;
  }

  /** The one with this text. */
  public static Optional<SuspensionScope> of(String text) {
    return Stream.of(values()).filter(scope -> scope.text.equals(text)).findFirst();
  }
}
