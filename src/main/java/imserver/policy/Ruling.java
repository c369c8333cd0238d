package imserver.policy;

/** What is to become of a message, as far as the host application has a say. */
public sealed interface Ruling {

  /**
   * It is stored with this text.
   *
   * @param isDecided false where that was not decided in time
   */
  record Store(String content, boolean isDecided) implements Ruling {}

  /** It is refused, with a reason for the sender. */
  record Refuse(String reason) implements Ruling {}

  /** It is not known, and not to be stored therefore; it may be tried again. */
  record Unknown() implements Ruling {}
}
