package imserver.api;

/** What is to become of a message. */
public sealed interface PolicyDecision {

  /** It is stored as it is. */
  record Allow() implements PolicyDecision {}

  /**
   * It is refused with the code {@code REFUSED_BY_HOST}.
   *
   * @param reason for the sender, who may be shown it; at most 500 characters of it are sent
   */
  record Refuse(String reason) implements PolicyDecision {}

  /**
   * It is stored with another text.
   *
   * @param content not blank, with at most {@code IMSERVER_MAX_CONTENT} code points; else there is
   *     no decision
   */
  record Replace(String content) implements PolicyDecision {}

  /** To store it as it is. */
  static PolicyDecision allow() {
    return new Allow();
  }

  /** To refuse it, with a reason for the sender. */
  static PolicyDecision refuse(String reason) {
    return new Refuse(reason);
  }

  /** To store another text. */
  static PolicyDecision replace(String content) {
    return new Replace(content);
  }
}
