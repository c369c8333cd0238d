package imserver.moderation;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A report, and what came of it. */
@Entity
@Table(name = "report")
public class Report {

  /** What a moderator found. The texts are stored, and never change. */
  public enum Outcome {
    /** The report was right. */
    UPHELD("upheld"),
    /** There is nothing to be done. */
    DISMISSED("dismissed");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    /** As it is stored, and shown to programs. */
    public String text() {
      return text;
    }

    /** The one with this text. */
    public static Optional<Outcome> of(String text) {
      return Stream.of(values()).filter(outcome -> outcome.text.equals(text)).findFirst();
    }
  }

  @Id
  @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "report_id")
  @SequenceGenerator(name = "report_id", sequenceName = "report_id", allocationSize = 1)
  private long id;

  @Column(name = "reporter_id", nullable = false)
  private long reporterId;

  @Column(name = "reported_id", nullable = false)
  private long reportedId;

  @Column(nullable = false)
  private String reason;

  @Column(name = "reporter_text", nullable = false)
  private String text;

  @Column(name = "client_report_id")
  private @Nullable String clientReportId;

  @Column(name = "created_at", nullable = false)
  private OffsetDateTime createdAt;

  @Column(name = "is_open", nullable = false)
  private boolean open;

  @Column(name = "closed_at")
  private @Nullable OffsetDateTime closedAt;

  @Column(name = "closed_by")
  private @Nullable Long closedBy;

  @Column(name = "outcome")
  private @Nullable String outcome;

  @Column(name = "note", nullable = false)
  private String note;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected Report() {}

  Report(long reporterId, long reportedId, NewReport newReport, OffsetDateTime createdAt) {
    this.reporterId = reporterId;
    this.reportedId = reportedId;
    this.reason = newReport.reason().text();
    this.text = newReport.text();
    this.clientReportId = newReport.clientReportId();
    this.createdAt = createdAt;
    this.open = true;
    this.note = "";
  }

  void close(Outcome found, String closingNote, ModerationStep step) {
    open = false;
    closedAt = step.at();
    closedBy = step.moderatorId();
    outcome = found.text();
    note = closingNote;
  }

  /** Ascending. */
  public long id() {
    return id;
  }

  /** Who has reported, 0 for the system. */
  public long reporterId() {
    return reporterId;
  }

  /** The other one of the conversation; of a report of the system the sender. */
  public long reportedId() {
    return reportedId;
  }

  /** See {@link ReportReason}. */
  public String reason() {
    return reason;
  }

  /** What the reporter says. */
  public String text() {
    return text;
  }

  /** When it came. */
  public OffsetDateTime createdAt() {
    return createdAt;
  }

  /** Whether no moderator is done with it. */
  public boolean isOpen() {
    return open;
  }

  /** When it was closed, null while it is open. */
  public @Nullable OffsetDateTime closedAt() {
    return closedAt;
  }

  /** The user id of the moderator who has closed it, null while it is open. */
  public @Nullable Long closedBy() {
    return closedBy;
  }

  /** See {@link Outcome}; null while it is open. */
  public @Nullable String outcome() {
    return outcome;
  }

  /** What the moderator says, "" for nothing. */
  public String note() {
    return note;
  }
}
