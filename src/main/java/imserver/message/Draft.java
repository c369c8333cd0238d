package imserver.message;

import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message that is to be stored.
 *
 * @param id its id, should it turn out to be new
 * @param key by which a retry is known; holds the sender
 * @param recipientId positive
 * @param content storable text, not blank
 * @param timestamp the sender's mark, "" for none
 * @param createdAt when it was taken in
 * @param headline null unless the system sends it
 */
record Draft(
    long id,
    DedupeKey key,
    long recipientId,
    String content,
    String timestamp,
    OffsetDateTime createdAt,
    @Nullable Headline headline) {

  /** Who write to each other. */
  Pair pair() {
    return Pair.of(key.senderId(), recipientId);
  }

  /** The title of its headline, null for none. */
  @Nullable String title() {
    return headline == null ? null : headline.title();
  }

  /** The address of its headline, null for none. */
  @Nullable String url() {
    return headline == null ? null : headline.url();
  }

  /** The message as it is once it is stored. */
  UnreadMessage asUnread() {
    return new UnreadMessage(id, key.senderId(), recipientId, content, timestamp);
  }

  /** The headlines of those that have one, by their ids, in the order of the drafts. */
  static Map<Long, Headline> headlines(List<Draft> drafts) {
    Map<Long, Headline> headlines = new LinkedHashMap<>();
    for (Draft draft : drafts) {
      if (draft.headline() != null) {
        headlines.put(draft.id(), draft.headline());
      }
    }
    return headlines;
  }
}
