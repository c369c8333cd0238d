package imserver.moderation;

import imserver.database.SqlDialect;
import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/**
 * Reads who is suspended, which {@code imserver.message} writes. Every method throws {@link
 * StorageException}.
 */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class SuspensionStore {

  /** A transaction that writes a row has committed after this many milliseconds, or never does. */
  private static final long LONGEST_TRANSACTION = 60_000;

  @PersistenceContext private EntityManager entities;
  @Inject private SqlDialect dialect;

  /** For the container. */
  public SuspensionStore() {}

  /**
   * What was written.
   *
   * @param suspensions also such as have ended
   * @param asOf up to when, in milliseconds since 1970 by the clock of the database
   */
  public record Written(List<Suspension> suspensions, long asOf) {}

  /** The suspension of a user that holds now. */
  public Optional<Suspension> find(long userId, OffsetDateTime now) {
    return Optional.ofNullable(entities.find(Suspension.class, userId))
        .filter(suspension -> suspension.holdsAt(now));
  }

  /** Those that hold now, of users with ids above one, ascending by id. */
  public List<Suspension> current(long aboveId, OffsetDateTime now, int limit) {
    return entities
        .createQuery(
            "select s from Suspension s where s.userId > :above and s.endsAt > :now order by s.userId",
            Suspension.class)
        .setParameter("above", aboveId)
        .setParameter("now", now)
        .setMaxResults(limit)
        .getResultList();
  }

  /**
   * What was written since an earlier call, and some of what that had already.
   *
   * @param asOf of that call, 0 for everything
   */
  public Written writtenSince(long asOf) {
    long now = databaseTime(entities, dialect);
    return new Written(
        entities
            .createQuery(
                "select s from Suspension s where s.writtenAt > :since order by s.writtenAt",
                Suspension.class)
            .setParameter("since", asOf - LONGEST_TRANSACTION)
            .getResultList(),
        now);
  }

  /** Deletes those that ended before a moment. */
  public void deleteEndedBefore(OffsetDateTime moment) {
    var unused =
        entities
            .createQuery("delete from Suspension s where s.endsAt < :moment")
            .setParameter("moment", moment)
            .executeUpdate();
  }

  /** Milliseconds since 1970, by the clock of the database. */
  public static long databaseTime(EntityManager entities, SqlDialect dialect) {
    Object millis =
        entities
            .createNativeQuery(
                dialect.sql("select cast(extract(epoch from current_timestamp) * 1000 as bigint)"))
            .getSingleResult();
    return ((Number) millis).longValue();
  }
}
