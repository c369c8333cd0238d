package imserver.webhook;

import imserver.packet.AttachedText;
import imserver.packet.Attachment;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told, with what is known of it now.
 *
 * @param id of its row
 * @param type such as {@link #STORED}
 * @param low of the two users of the conversation the smaller id, 0 for the system
 * @param high the other id
 * @param userId who did it; of what was not seen, who has not
 * @param reference a message, up to which one was read, or a report
 * @param unread how many messages are left to be read, where that is told
 * @param time when it happened
 * @param isOld whether that is more than a day ago
 * @param message null where it tells of none, or the message is gone
 * @param unseen the newest of the unread messages, descending; empty where it does not tell of them
 */
record WebhookEvent(
    long id,
    String type,
    long low,
    long high,
    long userId,
    long reference,
    @Nullable Long unread,
    Instant time,
    boolean isOld,
    @Nullable Content message,
    List<Long> unseen) {

  static final String STORED = "message.stored";
  static final String READ = "message.read";
  static final String RECALLED = "message.recalled";
  static final String UNSEEN = "message.unseen";
  static final String REPORT_CREATED = "report.created";

  /**
   * What a message says.
   *
   * @param text "" where it has none, or was recalled
   * @param title of a notice, null for none
   * @param url where a notice leads, null for none
   * @param attachments the files that it carries
   */
  record Content(
      String text,
      String timestamp,
      @Nullable String title,
      @Nullable String url,
      List<Attachment> attachments) {

    /** The same with the files of what is stored, and the text without their marks. */
    Content with(List<Attachment> found) {
      return new Content(
          AttachedText.text(text, found.size()), timestamp, title, url, List.copyOf(found));
    }
  }

  /** The same with its message's files. */
  WebhookEvent with(Content content) {
    return new WebhookEvent(
        id, type, low, high, userId, reference, unread, time, isOld, content, unseen);
  }

  /** Of the two users the one who did not do it; the same where both are one. */
  long otherId() {
    return userId == low ? high : low;
  }

  /** Whether there is nothing to tell any more: what was not seen has been read, or recalled. */
  boolean isTakenBack() {
    return type.equals(UNSEEN) && (unread == null || unread == 0);
  }
}
