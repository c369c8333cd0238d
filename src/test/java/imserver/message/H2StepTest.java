package imserver.message;

import imserver.config.Configs;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import jakarta.persistence.EntityManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;

@DisplayName("What is done in the background on H2")
class H2StepTest extends StepContract {

  private static MemoryDatabase database;

  private final WriteTurn turn = new WriteTurn();

  @BeforeAll
  static void start() {
    database = new MemoryDatabase();
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @BeforeEach
  void empty() {
    for (String table :
        List.of(
            "message",
            "recall",
            "notice",
            "unread",
            "user_state",
            "conversation",
            "new_recipient",
            "suspension",
            "moderation_action",
            "unseen",
            "im_user",
            "erasure",
            "reported_attachment",
            "attachment")) {
      state().update("truncate table " + table);
    }
    state().update("delete from file");
    state().update("delete from reported_message");
    state().update("delete from report");
    state().update("update retention set up_to_id = 0");
  }

  /** Each call in a transaction, as the container does it. */
  @Override
  MessageStore store() {
    return (MessageStore)
        Proxy.newProxyInstance(
            MessageStore.class.getClassLoader(),
            new Class<?>[] {MessageStore.class},
            (proxy, method, arguments) -> turn.take(() -> inTransaction(method, arguments)));
  }

  private static Object inTransaction(Method method, Object[] arguments) {
    EntityManager entities = database.entities();
    try {
      entities.getTransaction().begin();
      H2Transactions writer = new H2Transactions(entities, Configs.with());
      Object result =
          H2Transactions.class
              .getMethod(method.getName(), method.getParameterTypes())
              .invoke(writer, arguments);
      entities.getTransaction().commit();
      return result;
    } catch (InvocationTargetException e) {
      throw (RuntimeException) e.getCause();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    } finally {
      if (entities.getTransaction().isActive()) {
        entities.getTransaction().rollback();
      }
      entities.close();
    }
  }

  @Override
  SqlStoreState state() {
    return database.state();
  }

  @Override
  StepDatabase database() {
    return new StepDatabase(database.source(), Vendor.H2, turn);
  }
}
