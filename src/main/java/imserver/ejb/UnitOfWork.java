package imserver.ejb;

import jakarta.persistence.EntityManager;
import jakarta.persistence.RollbackException;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one call of a session bean does with the database, and all calls that join it: one {@link
 * EntityManager}, made when it is first asked for, in a transaction or not. For one thread.
 */
final class UnitOfWork implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(UnitOfWork.class.getName());

  private final boolean transaction;
  private final Supplier<EntityManager> factory;
  private final Runnable atEnd;
  private @Nullable EntityManager entities;
  private boolean rollback;

  /**
   * A unit that has not touched the database yet.
   *
   * @param transaction whether what is done belongs together
   * @param atEnd run when the unit is closed
   */
  UnitOfWork(boolean transaction, Supplier<EntityManager> factory, Runnable atEnd) {
    this.transaction = transaction;
    this.factory = factory;
    this.atEnd = atEnd;
  }

  boolean isTransaction() {
    return transaction;
  }

  /** The entity manager of this unit. */
  EntityManager entities() {
    if (entities == null) {
      entities = factory.get();
      if (transaction) {
        entities.getTransaction().begin();
      }
    }
    return entities;
  }

  /** Has the unit rolled back at its end. */
  void markForRollback() {
    rollback = true;
  }

  /**
   * Commits; does nothing outside a transaction.
   *
   * @throws RollbackException if the transaction was marked for rollback, or the database did not
   *     commit it, or did and could not say so
   */
  void commit() {
    if (rollback) {
      throw new RollbackException("the transaction was marked for rollback");
    }
    if (entities != null && transaction) {
      entities.getTransaction().commit();
    }
  }

  /** Rolls back what is not committed. Does not fail, since the outcome is known by now. */
  @Override
  public void close() {
    atEnd.run();
    if (entities != null) {
      try {
        rollBack(entities);
      } finally {
        close(entities);
      }
    }
  }

  private static void rollBack(EntityManager entities) {
    try {
      if (entities.getTransaction().isActive()) {
        entities.getTransaction().rollback();
      }
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "rolled back by the loss of the connection: {0}", e.getMessage());
    }
  }

  private static void close(EntityManager entities) {
    try {
      entities.close();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "an entity manager was not closed", e);
    }
  }
}
