package imserver.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that is to be stored.
 *
 * @param senderId the id of the user who sends it, positive
 * @param recipientId the id of the user to whom it goes, positive
 * @param content its text; blank only where it carries files; words of the list {@code mask} are
 *     masked
 * @param clientMessageId the name that its client has given it, the same for a retry; null for none
 * @param attachments the files that it carries; none for most
 */
public record MessageDraft(
    long senderId,
    long recipientId,
    String content,
    @Nullable String clientMessageId,
    List<Attachment> attachments) {

  /**
   * A file.
   *
   * @param fileId its id, by which the host application gets it over REST
   * @param name as its sender called it; words of the list {@code mask} are masked
   * @param type the media type, found from its bytes
   * @param size bytes
   */
  public record Attachment(long fileId, String name, String type, long size) {}

  /** Copies the list. */
  public MessageDraft {
    attachments = List.copyOf(attachments);
  }

  /** Without files. */
  public MessageDraft(
      long senderId, long recipientId, String content, @Nullable String clientMessageId) {
    this(senderId, recipientId, content, clientMessageId, List.of());
  }
}
