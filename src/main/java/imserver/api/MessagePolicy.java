package imserver.api;

/**
 * Decides of each message that a user sends, before it is stored. Found by {@link
 * java.util.ServiceLoader}, or as a CDI bean, where the jar of the host application lies in {@code
 * WEB-INF/lib}. Where there are several, each is asked of what the one before has left, in the
 * order of their class names, and the first that refuses ends it.
 *
 * <p>It is called by several threads at once; of one sender the answers take effect in the order of
 * the messages. A retry of a message is asked again, and should be answered as before: what was
 * stored already is not refused by it.
 */
public interface MessagePolicy {

  /**
   * Decides of a message. Not answered within {@code IMSERVER_POLICY_TIMEOUT}, its thread is
   * interrupted, and {@code IMSERVER_POLICY_FAILURE} says what becomes of the message; the same
   * where it throws, or returns null.
   *
   * @param draft what is to be stored
   * @return {@link PolicyDecision#allow}, {@link PolicyDecision#refuse} or {@link
   *     PolicyDecision#replace}
   * @throws Exception for whatever reason: there is no decision then
   */
  PolicyDecision decide(MessageDraft draft) throws Exception;
}
