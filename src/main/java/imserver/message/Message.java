package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;

/**
 * A stored message, which never changes. This entity is for queries only: the rows are written by
 * SQL, on PostgreSQL by {@code add_messages}, on H2 by {@link H2MessageInserter}.
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
}
