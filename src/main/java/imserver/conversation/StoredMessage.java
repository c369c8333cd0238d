package imserver.conversation;

import imserver.packet.AttachedText;
import imserver.packet.MessageFile;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored message, with whether it is read; or the entry of a recall.
 *
 * @param id positive, below 2^53
 * @param senderId 0 for the system
 * @param recipientId positive
 * @param content the text, "" where it has none, or was recalled
 * @param timestamp the sender's mark, "" for none
 * @param createdAt when it was taken in
 * @param unreadId its id again while it is unread, null when it is read
 * @param title of a notice, null for none
 * @param url where a notice leads, null for none
 * @param files what it carries
 * @param recallOf of the entry of a recall the id of the message that was recalled; else null
 */
public record StoredMessage(
    long id,
    long senderId,
    long recipientId,
    String content,
    String timestamp,
    OffsetDateTime createdAt,
    @Nullable Long unreadId,
    @Nullable String title,
    @Nullable String url,
    List<MessageFile> files,
    @Nullable Long recallOf) {

  /** Copies the list. */
  public StoredMessage {
    files = List.copyOf(files);
  }

  /**
   * A message.
   *
   * @param content as it is stored ({@link AttachedText})
   * @param recipientId negative where it is silenced: then it is never read
   */
  public StoredMessage(
      long id,
      long senderId,
      long recipientId,
      String content,
      String timestamp,
      OffsetDateTime createdAt,
      @Nullable Long unreadId,
      @Nullable String title,
      @Nullable String url) {
    this(
        id,
        senderId,
        Math.abs(recipientId),
        content,
        timestamp,
        createdAt,
        recipientId < 0 ? Long.valueOf(id) : unreadId,
        title,
        url,
        List.of(),
        null);
  }

  /** The entry of a recall. */
  public StoredMessage(
      long id, long senderId, long recipientId, OffsetDateTime createdAt, Long recallOf) {
    this(
        id,
        senderId,
        Math.abs(recipientId),
        "",
        "",
        createdAt,
        null,
        null,
        null,
        List.of(),
        recallOf);
  }

  /** The same for one who may not know whether it is read. */
  StoredMessage asUnread() {
    return new StoredMessage(
        id, senderId, recipientId, content, timestamp, createdAt, id, title, url, files, recallOf);
  }

  /** The same with the files of what is stored, and the text without their marks. */
  StoredMessage with(List<MessageFile> found) {
    return new StoredMessage(
        id,
        senderId,
        recipientId,
        AttachedText.text(content, found.size()),
        timestamp,
        createdAt,
        unreadId,
        title,
        url,
        found,
        recallOf);
  }

  /** Whether its sender has recalled it: no other message has neither text nor files. */
  public boolean isRecalled() {
    return content.isEmpty() && files.isEmpty() && recallOf == null;
  }

  /** Whether its recipient has read it. */
  public boolean isRead() {
    return unreadId == null;
  }
}
