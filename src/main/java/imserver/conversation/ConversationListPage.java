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
   * Where a user's reading of the list of conversations has got to, such that each conversation is
   * shown once, however they are reordered meanwhile by new messages: the list is read as it was at
   * the beginning, each conversation with the newest that it has now.
   *
   * @param asOf the last message of the user when the reading began: all of his up to this id were
   *     stored by then
   * @param before conversations whose last message up to {@code asOf} has a lower id are still to
   *     come
   * @param shown with whom those conversations were that were shown for a message above {@code
   *     asOf}
   */
  public record Bookmark(long asOf, long before, List<Long> shown) {}
}
