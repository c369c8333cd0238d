package imserver.conversation;

import imserver.packet.Response.ConversationState;
import java.util.List;

/**
 * What has changed for a user since some number, or a part of it.
 *
 * @param conversations ascending by their changes, each as it is now
 * @param next the number up to which nothing is left out
 * @param more whether there are more
 * @param head the number of the user's last change, a moment before the rest was read
 */
public record ConversationChanges(
    List<ConversationState> conversations, long next, boolean more, long head) {

  /** Copies the list. */
  public ConversationChanges {
    conversations = List.copyOf(conversations);
  }
}
