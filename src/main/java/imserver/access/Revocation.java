package imserver.access;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** A user's tokens that were issued before a moment are refused. */
@Entity
@Table(name = "revocation")
class Revocation {

  @Id
  @Column(name = "user_id")
  private long userId;

  @Column(name = "issued_before", nullable = false)
  private OffsetDateTime issuedBefore;

  /** When this was written, in milliseconds since 1970 by the clock of the database. */
  @Column(name = "written_at", nullable = false)
  private long writtenAt;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected Revocation() {}

  Revocation(long userId, Instant issuedBefore, long writtenAt) {
    this.userId = userId;
    this.issuedBefore = issuedBefore.atOffset(ZoneOffset.UTC);
    this.writtenAt = writtenAt;
  }

  long userId() {
    return userId;
  }

  Instant issuedBefore() {
    return issuedBefore.toInstant();
  }

  /** Moves the moment; never back. */
  void update(Instant moment, long now) {
    if (moment.isAfter(issuedBefore())) {
      issuedBefore = moment.atOffset(ZoneOffset.UTC);
    }
    writtenAt = now;
  }
}
