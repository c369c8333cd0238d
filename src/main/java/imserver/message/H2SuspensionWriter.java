package imserver.message;

import imserver.database.SqlDialect;
import imserver.database.Vendor;
import imserver.moderation.AuditEntry;
import imserver.moderation.ModerationStep;
import imserver.moderation.Suspension;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import imserver.moderation.SuspensionStore;
import jakarta.persistence.EntityManager;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Writes whom moderators have suspended on H2, within a transaction. */
final class H2SuspensionWriter {

  private static final SqlDialect DIALECT = new SqlDialect(Vendor.H2);

  private final EntityManager entities;

  H2SuspensionWriter(EntityManager entities) {
    this.entities = entities;
  }

  /** See {@link MessageStore#suspend}. */
  SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    UserState state = entities.find(UserState.class, user);
    if (state == null) {
      state = new UserState(user);
      entities.persist(state);
    }
    state.setHasRules();
    Suspension known = entities.find(Suspension.class, user);
    Suspension suspension = known == null ? new Suspension(user) : known;
    suspension.impose(scope, until, step, SuspensionStore.databaseTime(entities, DIALECT));
    if (known == null) {
      entities.persist(suspension);
    }
    entities.persist(new AuditEntry(step));
    entities.flush(); // what the database refuses is thrown here
    return suspension.asChange();
  }

  /** See {@link MessageStore#endSuspension}. */
  Optional<SuspensionChange> endSuspension(long user, ModerationStep step) {
    Suspension suspension = entities.find(Suspension.class, user);
    if (suspension == null || !suspension.holdsAt(step.at())) {
      return Optional.empty();
    }
    suspension.end(step.at(), SuspensionStore.databaseTime(entities, DIALECT));
    entities.persist(new AuditEntry(step));
    entities.flush(); // what the database refuses is thrown here
    return Optional.of(suspension.asChange());
  }
}
