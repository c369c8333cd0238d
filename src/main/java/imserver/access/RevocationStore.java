package imserver.access;

import imserver.database.SqlDialect;
import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Collectors;

/** The rows of what is revoked. Every method throws {@link StorageException}. */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class RevocationStore {

  /** A transaction that writes a row has committed after this many milliseconds, or never does. */
  private static final long LONGEST_TRANSACTION = 60_000;

  @PersistenceContext private EntityManager entities;
  @Inject private SqlDialect dialect;

  /** For the container. */
  public RevocationStore() {}

  /**
   * What was written.
   *
   * @param issuedBefore by the user, before which moment tokens were issued that are refused
   * @param asOf up to when, in milliseconds since 1970 by the clock of the database
   */
  public record Written(Map<Long, Instant> issuedBefore, long asOf) {}

  /**
   * Keeps that a user's tokens issued before {@code moment} are refused.
   *
   * @throws StorageException also where two servers enter the same user at once
   */
  public void put(long userId, Instant moment) {
    Revocation row = entities.find(Revocation.class, userId, LockModeType.PESSIMISTIC_WRITE);
    if (row == null) {
      entities.persist(new Revocation(userId, moment, databaseTime()));
    } else {
      row.update(moment, databaseTime());
    }
    entities.flush();
  }

  /**
   * What was written since an earlier call, and some of what that had already.
   *
   * @param asOf of that call, 0 for everything
   */
  public Written writtenSince(long asOf) {
    long now = databaseTime();
    return new Written(
        entities
            .createQuery("select r from Revocation r where r.writtenAt > :since", Revocation.class)
            .setParameter("since", asOf - LONGEST_TRANSACTION)
            .getResultStream()
            .collect(Collectors.toMap(Revocation::userId, Revocation::issuedBefore)),
        now);
  }

  /** Deletes those of tokens that were issued before {@code moment}. */
  public void deleteBefore(Instant moment) {
    var unused =
        entities
            .createQuery("delete from Revocation r where r.issuedBefore < :moment")
            .setParameter("moment", moment.atOffset(ZoneOffset.UTC))
            .executeUpdate();
  }

  private long databaseTime() {
    Object millis =
        entities
            .createNativeQuery(
                dialect.sql("select cast(extract(epoch from current_timestamp) * 1000 as bigint)"))
            .getSingleResult();
    return ((Number) millis).longValue();
  }
}
