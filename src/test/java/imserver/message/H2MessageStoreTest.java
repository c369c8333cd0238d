package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.database.StorageException;
import imserver.database.UnansweredException;
import jakarta.ejb.EJBException;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The store on H2")
class H2MessageStoreTest extends MessageStoreContract {

  private final JdbcDataSource database = new JdbcDataSource();
  private final MessageStore store = new H2MessageStore(new InTransactions());
  private EntityManagerFactory factory;

  /** What the commit throws. */
  private @Nullable RuntimeException ofCommit;

  /** Does what the container does around the methods of the session bean. */
  private final class InTransactions extends H2Writer {

    @Override
    public List<Outcome> add(List<Draft> drafts) {
      return inTransaction(writer -> writer.add(drafts));
    }

    @Override
    public List<ReadMark> markRead(Map<Long, ? extends Collection<Long>> idsByReader) {
      return inTransaction(writer -> writer.markRead(idsByReader));
    }

    @Override
    public Recount recount(long user) {
      return inTransaction(writer -> writer.recount(user));
    }

    private <R> R inTransaction(Function<H2Writer, R> work) {
      EntityManager entities = factory.createEntityManager();
      try {
        entities.getTransaction().begin();
        R result;
        try {
          result = work.apply(new H2Writer(entities));
        } catch (RuntimeException e) {
          throw new StorageException(e);
        }
        entities.getTransaction().commit();
        if (ofCommit != null) {
          throw ofCommit;
        }
        return result;
      } finally {
        if (entities.getTransaction().isActive()) {
          entities.getTransaction().rollback();
        }
        entities.close();
      }
    }
  }

  @BeforeEach
  void open() {
    database.setURL("jdbc:h2:mem:store;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE");
    Flyway.configure().dataSource(database).locations("classpath:db/migration/h2").load().migrate();
    factory =
        Persistence.createEntityManagerFactory(
            "imserver",
            Map.of(
                "jakarta.persistence.transactionType",
                "RESOURCE_LOCAL",
                "jakarta.persistence.nonJtaDataSource",
                database));
  }

  @AfterEach
  void close() {
    factory.close();
    new SqlBooks(database).update("shutdown");
  }

  @Override
  MessageStore store() {
    return store;
  }

  @Override
  Books books() {
    return new SqlBooks(database);
  }

  @Test
  @DisplayName("says that nobody knows, where the commit fails")
  void commitFails() {
    ofCommit = new EJBException("the commit failed");
    List<Draft> drafts =
        List.of(new Draft(new DedupeKey(1, "k"), 2, "text", "", OffsetDateTime.now(), null));
    assertThatThrownBy(() -> store.add(drafts)).isInstanceOf(UnansweredException.class);
    assertThat(books().total(2)).as("and here it was done").isEqualTo(1);
  }
}
