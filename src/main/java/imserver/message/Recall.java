package imserver.message;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;

/**
 * The entry of a conversation that says which message was recalled. On PostgreSQL {@code
 * recall_message} writes the rows.
 */
@SuppressWarnings("UnusedVariable") // JPA reads the fields
@Entity
@Table(name = "recall")
class Recall {

  /** From the same sequence as those of messages. */
  @Id private long id;

  @Column(name = "message_id", nullable = false)
  private long messageId;

  @Column(name = "low_id", nullable = false)
  private long low;

  @Column(name = "high_id", nullable = false)
  private long high;

  @Column(name = "created_at", nullable = false)
  private OffsetDateTime createdAt;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected Recall() {}

  Recall(long id, long messageId, UserPair pair, OffsetDateTime createdAt) {
    this.id = id;
    this.messageId = messageId;
    this.low = pair.low();
    this.high = pair.high();
    this.createdAt = createdAt;
  }
}
