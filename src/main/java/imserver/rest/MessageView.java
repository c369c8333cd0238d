package imserver.rest;

import imserver.conversation.StoredMessage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message, as those two see it who write to each other.
 *
 * @param messageId below 2^53
 * @param fromId who sent it, 0 for the system
 * @param toId the recipient
 * @param content the text, "" where it has none
 * @param timestamp the sender's mark, "" for none
 * @param time when it was taken in
 * @param read whether its recipient has read it
 * @param title of a notice, null for none
 * @param url where a notice leads, null for none
 * @param attachments the files that it carries; absent where there are none
 * @param recalled true where the sender has recalled it, so that its text is ""; else absent
 * @param kind "recall" of an entry that says that a message was recalled; else absent
 * @param of of such an entry the id of that message; else absent
 */
public record MessageView(
    long messageId,
    long fromId,
    long toId,
    String content,
    String timestamp,
    Instant time,
    boolean read,
    @Nullable String title,
    @Nullable String url,
    @Nullable List<FileView> attachments,
    @Nullable Boolean recalled,
    @Nullable String kind,
    @Nullable Long of) {

  static MessageView of(StoredMessage message) {
    return new MessageView(
        message.id(),
        message.senderId(),
        message.recipientId(),
        message.content(),
        message.timestamp(),
        message.createdAt().toInstant(),
        message.isRead(),
        message.title(),
        message.url(),
        FileView.of(message.files()),
        message.isRecalled() ? Boolean.TRUE : null,
        message.recallOf() == null ? null : "recall",
        message.recallOf());
  }
}
