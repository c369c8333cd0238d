package imserver.ejb;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

/** Which unit of work each thread is in. */
@Singleton
final class CurrentUnitOfWork {

  private final PersistenceUnit persistence;
  private final ThreadLocal<@Nullable UnitOfWork> current = new ThreadLocal<>();

  @Inject
  CurrentUnitOfWork(PersistenceUnit persistence) {
    this.persistence = persistence;
  }

  /** Whether this thread is in a transaction. */
  boolean inTransaction() {
    UnitOfWork unit = current.get();
    return unit != null && unit.isTransaction();
  }

  /**
   * The unit that this thread is in.
   *
   * @throws IllegalStateException if it is in none, that is, in no method of a session bean
   */
  UnitOfWork current() {
    UnitOfWork unit = current.get();
    if (unit == null) {
      throw new IllegalStateException("the database is used outside a session bean");
    }
    return unit;
  }

  /**
   * Begins a unit, within the one that this thread is in, which goes on when this one is closed.
   */
  UnitOfWork begin(boolean transaction) {
    UnitOfWork outer = current.get();
    UnitOfWork unit = new UnitOfWork(transaction, this::entityManager, () -> restore(outer));
    current.set(unit);
    return unit;
  }

  private EntityManager entityManager() {
    return persistence.factory().createEntityManager();
  }

  private void restore(@Nullable UnitOfWork outer) {
    if (outer == null) {
      current.remove();
    } else {
      current.set(outer);
    }
  }
}
