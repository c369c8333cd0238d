package imserver.moderation;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.OffsetDateTime;

/** A message as it was when it was reported. {@link ReportStore} writes the rows by SQL. */
@SuppressWarnings("UnusedVariable") // JPA reads the fields
@Entity
@Table(name = "reported_message")
@IdClass(ReportedMessage.Key.class)
public class ReportedMessage {

  @Id
  @Column(name = "report_id")
  private long reportId;

  @Id
  @Column(name = "message_id")
  private long messageId;

  @Column(name = "sender_id", nullable = false)
  private long senderId;

  @Column(name = "recipient_id", nullable = false)
  private long recipientId;

  @Column(nullable = false)
  private String content;

  @Column(name = "client_timestamp", nullable = false)
  private String timestamp;

  @Column(name = "sent_at", nullable = false)
  private OffsetDateTime sentAt;

  @Column(name = "is_named", nullable = false)
  private boolean named;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected ReportedMessage() {}

  /** Its id. */
  public long messageId() {
    return messageId;
  }

  /** Who has sent it. */
  public long senderId() {
    return senderId;
  }

  /** To whom. */
  public long recipientId() {
    return recipientId;
  }

  /** What it said; "" where it was recalled before the report. */
  public String content() {
    return content;
  }

  /** The sender's mark, "" for none. */
  public String timestamp() {
    return timestamp;
  }

  /** When the server took it in. */
  public OffsetDateTime sentAt() {
    return sentAt;
  }

  /** Whether it was recalled before the report: no other message has no content. */
  public boolean isRecalled() {
    return content.isEmpty();
  }

  /** Whether the report names it; else it is one of those around. */
  public boolean isNamed() {
    return named;
  }

  /** For JPA: the key of a row. */
  public static class Key implements Serializable {

    private static final long serialVersionUID = 1L;

    private long reportId;
    private long messageId;

    /** For JPA, which fills the fields. */
    protected Key() {}

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && key.reportId == reportId && key.messageId == messageId;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * reportId + messageId);
    }
  }
}
