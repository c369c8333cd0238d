package imserver.message;

import imserver.cluster.Change.MessageStored;
import imserver.content.WordFilter;
import imserver.packet.Attachment;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message that is to be stored.
 *
 * @param key by which a retry is recognized; holds the sender
 * @param recipientId positive
 * @param content storable text, not blank, as {@link imserver.packet.AttachedText} has it
 * @param timestamp the sender's mark, "" for none
 * @param createdAt when it was taken in, in whole milliseconds
 * @param noticeDetails null unless the system sends it
 * @param attachments the files that it carries, complete and its sender's
 * @param exempt whether rules for strangers do not apply to its sender
 * @param flagged whether it is to be reported to the moderators
 * @param silenced whether its sender alone is to see it, since its recipient has blocked him
 * @param mayBeReplaced whether its text may not be that of a first attempt, since the host
 *     application has replaced one of them
 */
record NewMessage(
    DedupeKey key,
    long recipientId,
    String content,
    String timestamp,
    OffsetDateTime createdAt,
    @Nullable NoticeDetails noticeDetails,
    List<Attachment> attachments,
    boolean exempt,
    boolean flagged,
    boolean silenced,
    boolean mayBeReplaced) {

  /** One to whose sender all rules apply, as far as is known. */
  NewMessage(
      DedupeKey key,
      long recipientId,
      String content,
      String timestamp,
      OffsetDateTime createdAt,
      @Nullable NoticeDetails noticeDetails) {
    this(
        key,
        recipientId,
        content,
        timestamp,
        createdAt,
        noticeDetails,
        List.of(),
        false,
        false,
        false,
        false);
  }

  /** The same, to be silenced or not. */
  NewMessage silenced(boolean isSilenced) {
    return isSilenced == silenced
        ? this
        : new NewMessage(
            key,
            recipientId,
            content,
            timestamp,
            createdAt,
            noticeDetails,
            attachments,
            exempt,
            flagged,
            isSilenced,
            mayBeReplaced);
  }

  /** As it is in the database: negative where it is silenced. */
  long storedRecipient() {
    return silenced ? -recipientId : recipientId;
  }

  long senderId() {
    return key.senderId();
  }

  /** The ids of its files, in their order. */
  List<Long> fileIds() {
    return attachments.stream().map(Attachment::fileId).toList();
  }

  /** Its title, null for none. */
  @Nullable String title() {
    return noticeDetails == null ? null : noticeDetails.title();
  }

  /** Its link, null for none. */
  @Nullable String url() {
    return noticeDetails == null ? null : noticeDetails.url();
  }

  /**
   * Whether it has the text, recipient, files, title and link of one with the same key: then it is
   * a retry. The timestamp does not count.
   */
  boolean saysTheSameAs(NewMessage other) {
    return recipientId == other.recipientId
        && content.equals(other.content)
        && fileIds().equals(other.fileIds())
        && Objects.equals(title(), other.title())
        && Objects.equals(url(), other.url());
  }

  /**
   * The same, where the texts may have been masked by different words, or replaced; false of
   * notices, which are neither.
   */
  boolean isPerhaps(Message stored) {
    return noticeDetails == null
        && Math.abs(stored.recipientId()) == recipientId
        && (stored.isRecalled()
            || mayBeReplaced
            || WordFilter.differByMasksOnly(stored.content(), content));
  }

  /**
   * The change that the message is once it is stored.
   *
   * @param clientMessageId the sender's name for it, null for none
   */
  MessageStored asChange(Outcome.Stored stored, @Nullable String clientMessageId) {
    return new MessageStored(
        stored.messageId(),
        senderId(),
        stored.senderChange(),
        recipientId,
        stored.recipientChange(),
        stored.unread(),
        content,
        timestamp,
        createdAt.toInstant(),
        clientMessageId,
        title(),
        url(),
        attachments);
  }
}
