package imserver.moderation;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;

/**
 * The last suspension of a user, which may be over. On PostgreSQL functions of the migrations write
 * the rows, on H2 {@code imserver.message} does.
 */
@Entity
@Table(name = "suspension")
public class Suspension {

  @Id
  @Column(name = "user_id")
  private long userId;

  @Column(nullable = false)
  private String scope;

  @Column(name = "ends_at", nullable = false)
  private OffsetDateTime endsAt;

  @Column(nullable = false)
  private String reason;

  @Column(name = "moderator_id", nullable = false)
  private long moderatorId;

  @Column(nullable = false)
  private String moderator;

  @Column(name = "imposed_at", nullable = false)
  private OffsetDateTime imposedAt;

  /** When this was written, in milliseconds since 1970 by the clock of the database; ascending. */
  @Column(name = "written_at", nullable = false)
  private long writtenAt;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected Suspension() {}

  /** One that is over, to be imposed. */
  @SuppressWarnings("NullAway.Init")
  public Suspension(long userId) {
    this.userId = userId;
  }

  /** Suspends the user, in place of what was before. */
  public void impose(
      SuspensionScope imposed, OffsetDateTime until, ModerationStep step, long databaseTime) {
    scope = imposed.text();
    endsAt = until;
    reason = step.reason();
    moderatorId = step.moderatorId();
    moderator = step.moderator();
    imposedAt = step.at();
    write(databaseTime);
  }

  /** Ends it. */
  public void end(OffsetDateTime now, long databaseTime) {
    endsAt = now;
    write(databaseTime);
  }

  private void write(long databaseTime) {
    writtenAt = Math.max(writtenAt + 1, databaseTime);
  }

  /** What it is now, for those who keep it in memory. */
  public SuspensionChange asChange() {
    return new SuspensionChange(userId, scope(), endsAt, writtenAt);
  }

  /** Whether it holds at a moment. */
  public boolean holdsAt(OffsetDateTime moment) {
    return moment.isBefore(endsAt);
  }

  /** Who is suspended. */
  public long userId() {
    return userId;
  }

  /** From what. */
  public SuspensionScope scope() {
    return SuspensionScope.of(scope).orElse(SuspensionScope.ALL);
  }

  /** Until when. */
  public OffsetDateTime endsAt() {
    return endsAt;
  }

  /** Why. */
  public String reason() {
    return reason;
  }

  /** By whom; see {@link ModerationStep}. */
  public long moderatorId() {
    return moderatorId;
  }

  /** By whom; see {@link ModerationStep}. */
  public String moderator() {
    return moderator;
  }

  /** When. */
  public OffsetDateTime imposedAt() {
    return imposedAt;
  }
}
