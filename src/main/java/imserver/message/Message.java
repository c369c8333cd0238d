package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;

/**
 * A stored message, which never changes unless it is recalled. The rows are written by SQL, on
 * PostgreSQL by {@code add_messages} and {@code recall_message}, on H2 by {@link
 * H2MessageInserter}; {@link H2RecallWriter} alone changes an entity.
 */
@SuppressWarnings("UnusedVariable") // JPA reads the fields
@Entity
@Table(name = "message")
class Message {

  @Id private long id;

  @Column(name = "sender_id", nullable = false)
  private long senderId;

  @Column(name = "recipient_id", nullable = false)
  private long recipientId;

  @Column(nullable = false)
  private String content;

  @Column(name = "client_timestamp", nullable = false)
  private String timestamp;

  @Column(name = "dedupe_key", nullable = false)
  private String dedupeKey;

  @Column(name = "created_at", nullable = false)
  private OffsetDateTime createdAt;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected Message() {}

  long senderId() {
    return senderId;
  }

  /** Negative where the message is silenced. */
  long recipientId() {
    return recipientId;
  }

  long id() {
    return id;
  }

  String content() {
    return content;
  }

  OffsetDateTime createdAt() {
    return createdAt;
  }

  /** No other message has no content. */
  boolean isRecalled() {
    return content.isEmpty();
  }

  void recall() {
    content = "";
  }
}
