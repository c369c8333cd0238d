package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** The stored {@link NoticeDetails} of a message. */
@SuppressWarnings("UnusedVariable") // JPA reads the fields
@Entity
@Table(name = "notice")
class Notice {

  @Id
  @Column(name = "message_id")
  private long messageId;

  private @Nullable String title;

  private @Nullable String url;

  /** For JPA, which fills the fields. */
  protected Notice() {}

  Notice(long messageId, NoticeDetails noticeDetails) {
    this.messageId = messageId;
    this.title = noticeDetails.title();
    this.url = noticeDetails.url();
  }
}
