package imserver.moderation;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A step of a moderator that was done. Never changed, and never deleted. On PostgreSQL functions of
 * the migrations write some of the rows.
 */
@Entity
@Table(name = "moderation_action")
public class AuditEntry {

  @Id
  @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "moderation_action_id")
  @SequenceGenerator(
      name = "moderation_action_id",
      sequenceName = "moderation_action_id",
      allocationSize = 1)
  private long id;

  @Column(name = "done_at", nullable = false)
  private OffsetDateTime doneAt;

  @Column(name = "moderator_id", nullable = false)
  private long moderatorId;

  @Column(nullable = false)
  private String moderator;

  @Column(nullable = false)
  private String action;

  @Column(name = "user_id")
  private @Nullable Long userId;

  @Column(name = "message_id")
  private @Nullable Long messageId;

  @Column(name = "report_id")
  private @Nullable Long reportId;

  @Column(nullable = false)
  private String reason;

  @Column(nullable = false)
  private String detail;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected AuditEntry() {}

  /** The entry of a step that is being done. */
  public AuditEntry(ModerationStep step) {
    this.doneAt = step.at();
    this.moderatorId = step.moderatorId();
    this.moderator = step.moderator();
    this.action = step.action().text();
    this.userId = step.userId();
    this.messageId = step.messageId();
    this.reportId = step.reportId();
    this.reason = step.reason();
    this.detail = step.detail();
  }

  /** Ascending. */
  public long id() {
    return id;
  }

  /** When it was done. */
  public OffsetDateTime doneAt() {
    return doneAt;
  }

  /** See {@link ModerationStep}. */
  public long moderatorId() {
    return moderatorId;
  }

  /** See {@link ModerationStep}. */
  public String moderator() {
    return moderator;
  }

  /** See {@link ModerationStep.Action}. */
  public String action() {
    return action;
  }

  /** On whom, null for nobody. */
  public @Nullable Long userId() {
    return userId;
  }

  /** On which message, null for none. */
  public @Nullable Long messageId() {
    return messageId;
  }

  /** On which report, null for none. */
  public @Nullable Long reportId() {
    return reportId;
  }

  /** Why, "" where none was given. */
  public String reason() {
    return reason;
  }

  /** What else there is to know. */
  public String detail() {
    return detail;
  }
}
