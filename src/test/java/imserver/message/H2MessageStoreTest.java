package imserver.message;

import static java.lang.Thread.State.TERMINATED;
import static java.lang.Thread.State.WAITING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import jakarta.ejb.EJBException;
import jakarta.persistence.EntityManager;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The store on H2")
class H2MessageStoreTest extends SqlMessageStoreContract {

  private static MemoryDatabase database;

  private final MessageStore store = new H2MessageStore(new InTransactions(Configs.with()));

  private final MessageStore telling = new H2MessageStore(new InTransactions(TELLING));

  /** What the commit throws. */
  private @Nullable RuntimeException ofCommit;

  /** Does what the container does around the methods of the session bean. */
  private final class InTransactions extends H2Transactions {

    private final Config config;

    InTransactions(Config config) {
      this.config = config;
    }

    @Override
    public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
      return inTransaction(writer -> writer.add(newMessages, rules));
    }

    @Override
    public SettingsOutcome set(long user, long other, SettingsChange change) {
      return inTransaction(writer -> writer.set(user, other, change));
    }

    @Override
    public void setStrangerQuota(long user, @Nullable Integer quota) {
      inTransaction(
          writer -> {
            writer.setStrangerQuota(user, quota);
            return true;
          });
    }

    @Override
    public List<ReadMark> markRead(
        Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts) {
      return inTransaction(writer -> writer.markRead(idsByReader, receipts));
    }

    @Override
    public RecallOutcome recall(
        long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
      return inTransaction(writer -> writer.recall(sender, messageId, since, now));
    }

    @Override
    public RecallOutcome remove(long messageId, ModerationStep step) {
      return inTransaction(writer -> writer.remove(messageId, step));
    }

    @Override
    public SuspensionChange suspend(
        long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
      return inTransaction(writer -> writer.suspend(user, scope, until, step));
    }

    @Override
    public Optional<SuspensionChange> endSuspension(long user, ModerationStep step) {
      return inTransaction(writer -> writer.endSuspension(user, step));
    }

    @Override
    public Recount recount(long user) {
      return inTransaction(writer -> writer.recount(user));
    }

    @Override
    public void rehearse(List<NewMessage> newMessages, SiteRules rules) {
      inTransaction(
          writer -> {
            writer.rehearse(newMessages, rules);
            return true;
          });
    }

    private <R> R inTransaction(Function<H2Transactions, R> work) {
      EntityManager entities = database.entities();
      try {
        entities.getTransaction().begin();
        R result;
        try {
          result = work.apply(new H2Transactions(entities, config));
        } catch (StorageException e) {
          throw e;
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

  @BeforeAll
  static void open() {
    database = new MemoryDatabase();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void empty() {
    for (String table :
        List.of(
            "message",
            "notice",
            "unread",
            "user_state",
            "conversation",
            "new_recipient",
            "suspension",
            "moderation_action",
            "flagged_message",
            "webhook_event",
            "webhook_conversation",
            "unseen")) {
      state().update("truncate table " + table);
    }
  }

  @Override
  MessageStore store() {
    return store;
  }

  @Override
  MessageStore telling() {
    return telling;
  }

  @Override
  SqlStoreState state() {
    return database.state();
  }

  @Test
  @DisplayName("says that it is not known, where the commit fails")
  void commitFails() {
    ofCommit = new EJBException("the commit failed");
    List<NewMessage> newMessages =
        List.of(new NewMessage(new DedupeKey(1, "k"), 2, "text", "", OffsetDateTime.now(), null));
    assertThatThrownBy(() -> store.add(newMessages, SiteRules.OPEN))
        .isInstanceOf(CommitUnknownException.class);
    assertThat(state().total(2)).as("and here it was done").isEqualTo(1);
  }

  @Test
  @DisplayName("has a writer wait for one transaction of another who writes without end")
  void turns() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    AtomicReference<Thread> marking = new AtomicReference<>();
    H2Transactions writer =
        new H2Transactions() {
          @Override
          public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
            order.add("add");
            await().until(() -> EnumSet.of(WAITING, TERMINATED).contains(marking.get().getState()));
            return List.of();
          }

          @Override
          public List<ReadMark> markRead(
              Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts) {
            order.add("mark");
            return List.of();
          }
        };
    MessageStore taking = new H2MessageStore(writer);
    marking.set(new Thread(() -> taking.markRead(Map.of(), true)));
    Thread adding =
        new Thread(
            () -> {
              taking.add(List.of(), SiteRules.OPEN);
              taking.add(List.of(), SiteRules.OPEN);
            });
    adding.start();
    await().until(() -> order.contains("add"));
    marking.get().start();
    adding.join();
    marking.get().join();
    assertThat(order).containsExactly("add", "mark", "add");
  }
}
