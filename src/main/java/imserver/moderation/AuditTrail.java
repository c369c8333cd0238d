package imserver.moderation;

import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import jakarta.ejb.Stateless;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.OffsetDateTime;
import java.util.List;

/** What moderators have done. Every method throws {@link StorageException}. */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class AuditTrail {

  @PersistenceContext private EntityManager entities;

  /** For the container. */
  public AuditTrail() {}

  /** Writes a step, in the caller's transaction where there is one. */
  public void add(ModerationStep step) {
    entities.persist(new AuditEntry(step));
    entities.flush(); // what the database refuses is thrown here
  }

  /**
   * The same, unless there is an entry of the same step, by the same moderator and on the same
   * user, since a moment.
   */
  public void addUnlessSince(OffsetDateTime since, ModerationStep step) {
    long known =
        entities
            .createQuery(
                """
                select count(a) from AuditEntry a
                where a.userId = :user and a.action = :action and a.moderatorId = :moderatorId
                  and a.moderator = :moderator and a.doneAt > :since
                """,
                Long.class)
            .setParameter("user", step.userId())
            .setParameter("action", step.action().text())
            .setParameter("moderatorId", step.moderatorId())
            .setParameter("moderator", step.moderator())
            .setParameter("since", since)
            .getSingleResult();
    if (known == 0) {
      add(step);
    }
  }

  /** The newest entries with ids below one, the newest first. */
  public List<AuditEntry> newest(long belowId, int limit) {
    return entities
        .createQuery(
            "select a from AuditEntry a where a.id < :below order by a.id desc", AuditEntry.class)
        .setParameter("below", belowId)
        .setMaxResults(limit)
        .getResultList();
  }
}
