package imserver.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a user's list of conversations.
 *
 * @param conversations newest first
 * @param next where the next part begins, null after the last
 */
public record ConversationListPage(
    List<ConversationSummary> conversations, @Nullable Bookmark next) {

  /**
   * Where the next part of the list begins (a cursor), such that each conversation is shown once,
   * although new messages reorder the list meanwhile: it is read in the order that it had at the
   * beginning, each conversation with the newest message that it has now.
   *
   * @param asOf the id of the user's last message when the reading began: all messages from or to
   *     the user up to this id were stored by then
   * @param before conversations whose last message up to {@code asOf} has a lower id are still to
   *     come
   * @param shown the other users of the conversations that the first part has shown for a message
   *     above {@code asOf}
   */
  public record Bookmark(long asOf, long before, List<Long> shown) {}
}
