package imserver.ejb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.ejb.ApplicationException;
import jakarta.ejb.EJBException;
import jakarta.ejb.EJBTransactionRequiredException;
import jakarta.ejb.EJBTransactionRolledbackException;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptors;
import jakarta.interceptor.InvocationContext;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.RollbackException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A transaction of a session bean, where there is only CDI,")
class ContainerTransactionsTest {

  private static final String URL = Application.DATABASE;

  private static Connection observer;
  private static SeContainer application;
  private Notes notes;
  private Margin margin;
  private Desk desk;

  @BeforeAll
  static void start() throws SQLException {
    observer = DriverManager.getConnection(URL);
    application = Application.of(Notes.class, Margin.class, Desk.class, Shelf.class);
    execute("create table note (text varchar(20) primary key)");
  }

  @AfterAll
  static void stop() throws SQLException {
    application.close();
    observer.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    execute("delete from note");
    notes = application.select(Notes.class).get();
    margin = application.select(Margin.class).get();
    desk = application.select(Desk.class).get();
    Seen.EXCEPTIONS.clear();
  }

  private static void execute(String sql) throws SQLException {
    try (Statement statement = observer.createStatement()) {
      statement.execute(sql);
    }
  }

  /** What another connection sees. */
  private static List<String> stored() throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = observer.createStatement();
        ResultSet rows = statement.executeQuery("select text from note order by text")) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  /** An application exception that rolls back. */
  @ApplicationException(rollback = true)
  static class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Which is inherited. */
  static class StronglyRefused extends Refused {
    private static final long serialVersionUID = 1L;
  }

  /** An application exception that does not. */
  @ApplicationException
  static class Warned extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** What the bean's own interceptor sees. */
  static class Seen {
    static final List<Exception> EXCEPTIONS = new ArrayList<>();

    @AroundInvoke
    Object see(InvocationContext call) throws Exception {
      try {
        return call.proceed();
      } catch (Exception e) {
        EXCEPTIONS.add(e);
        throw e;
      }
    }
  }

  /** A repository that is no session bean. */
  @ApplicationScoped
  static class Shelf {
    @PersistenceContext private EntityManager entities;

    void put(String text) {
      entities
          .createNativeQuery("insert into note values (?1)")
          .setParameter(1, text)
          .executeUpdate();
    }

    long count() {
      return ((Number) entities.createNativeQuery("select count(*) from note").getSingleResult())
          .longValue();
    }
  }

  /** A callback with any exception. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  /** What the beans can do. */
  abstract static class Writer {
    @Inject private Shelf shelf;

    public void write(String text, Step then) throws Exception {
      shelf.put(text);
      then.run();
    }

    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public void writeApart(String text) {
      shelf.put(text);
    }

    @TransactionAttribute(TransactionAttributeType.MANDATORY)
    public void writeWithin(String text) {
      shelf.put(text);
    }

    @TransactionAttribute(TransactionAttributeType.SUPPORTS)
    public void writeEitherWay(String text) {
      shelf.put(text);
    }

    @TransactionAttribute(TransactionAttributeType.SUPPORTS)
    public long count() {
      return shelf.count();
    }

    @TransactionAttribute(TransactionAttributeType.NEVER)
    public long countAlone() {
      return shelf.count();
    }

    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public long countOutside() {
      return shelf.count();
    }
  }

  /** The bean that is called first. */
  @Stateless
  @Interceptors(Seen.class)
  static class Notes extends Writer {}

  /** The bean that is called by it. */
  @Stateless
  @Interceptors(Seen.class)
  static class Margin extends Writer {}

  /** Manages its own transactions, that is, has none. */
  @Stateless
  @TransactionManagement(TransactionManagementType.BEAN)
  static class Desk {
    @Inject private Shelf shelf;

    public void write(String text) {
      shelf.put(text);
    }
  }

  private static void nothing() {}

  private static Step fail(Exception exception) {
    return () -> {
      throw exception;
    };
  }

  @Test
  @DisplayName("is committed when the method returns, and not before")
  void commit() throws Exception {
    notes.write(
        "a",
        () -> {
          assertThat(stored()).isEmpty();
          assertThat(margin.count()).as("what it reads itself, in the same transaction").isOne();
        });
    assertThat(stored()).containsExactly("a");
  }

  @Test
  @DisplayName("is rolled back by an unexpected exception, which becomes an EJBException")
  void systemException() throws Exception {
    IllegalStateException unexpected = new IllegalStateException("unexpected");
    assertThatThrownBy(() -> notes.write("a", fail(unexpected)))
        .isExactlyInstanceOf(EJBException.class)
        .hasCause(unexpected);
    assertThat(stored()).isEmpty();
    Step overflow =
        () -> {
          throw new StackOverflowError();
        };
    assertThatThrownBy(() -> notes.write("a", overflow)).isInstanceOf(StackOverflowError.class);
    assertThat(stored()).isEmpty();
  }

  @Test
  @DisplayName("is ended by an application exception as that says, which the caller gets as it is")
  void applicationException() throws Exception {
    assertThatThrownBy(() -> notes.write("a", fail(new Refused())))
        .isExactlyInstanceOf(Refused.class);
    assertThatThrownBy(() -> notes.write("b", fail(new StronglyRefused())))
        .isExactlyInstanceOf(StronglyRefused.class);
    assertThat(stored()).isEmpty();
    assertThatThrownBy(() -> notes.write("c", fail(new Warned())))
        .isExactlyInstanceOf(Warned.class);
    assertThatThrownBy(() -> notes.write("d", fail(new IOException())))
        .isExactlyInstanceOf(IOException.class);
    assertThat(stored()).containsExactly("c", "d");
  }

  @Test
  @DisplayName("is joined by calls of other beans within it, which end with it")
  void join() throws Exception {
    notes.write(
        "a",
        () -> {
          margin.writeWithin("b");
          margin.writeEitherWay("c");
          assertThat(stored()).isEmpty();
        });
    assertThat(stored()).containsExactly("a", "b", "c");
    Step failing = () -> margin.write("e", fail(new IllegalStateException()));
    assertThatThrownBy(() -> notes.write("d", failing))
        .isInstanceOf(EJBTransactionRolledbackException.class);
    assertThat(stored()).containsExactly("a", "b", "c");
  }

  @Test
  @DisplayName("that was marked for rollback is no success, and only its caller hears of that")
  void swallowed() throws Exception {
    Step swallowing =
        () ->
            assertThatThrownBy(() -> margin.write("b", fail(new Refused())))
                .isInstanceOf(Refused.class);
    assertThatThrownBy(() -> notes.write("a", swallowing))
        .isExactlyInstanceOf(EJBException.class)
        .hasMessageContaining("marked for rollback");
    assertThat(stored()).isEmpty();
    assertThat(Seen.EXCEPTIONS)
        .as("the beans' own interceptors are within the transaction")
        .hasExactlyElementsOfTypes(Refused.class);
  }

  @Test
  @DisplayName("that an Error went through is no success, even where the Error was caught")
  void swallowedError() throws Exception {
    Step overflow =
        () -> {
          throw new StackOverflowError();
        };
    Step swallowing =
        () ->
            assertThatThrownBy(() -> margin.write("b", overflow))
                .isInstanceOf(StackOverflowError.class);
    assertThatThrownBy(() -> notes.write("a", swallowing))
        .isExactlyInstanceOf(EJBException.class)
        .hasMessageContaining("marked for rollback");
    assertThat(stored()).isEmpty();
  }

  @Test
  @DisplayName("that cannot be committed is an EJBException, which only the caller sees")
  void failingCommit() throws Exception {
    assertThatThrownBy(() -> notes.write("a", ContainerTransactionsTest::breakWritingConnection))
        .isExactlyInstanceOf(EJBException.class)
        .hasCauseInstanceOf(RollbackException.class);
    assertThat(stored()).isEmpty();
    assertThat(Seen.EXCEPTIONS).isEmpty();
  }

  /**
   * As a database that is restarted does, but only to the one that has written: the tests that
   * follow have the others.
   */
  private static void breakWritingConnection() throws SQLException {
    execute(
        "select abort_session(session_id) from information_schema.sessions"
            + " where contains_uncommitted");
  }

  @Test
  @DisplayName("of its own is independent of the one around it")
  void requiresNew() throws Exception {
    Step apart =
        () -> {
          margin.writeApart("b");
          assertThat(stored()).containsExactly("b");
          throw new Refused();
        };
    assertThatThrownBy(() -> notes.write("a", apart)).isInstanceOf(Refused.class);
    assertThat(stored()).containsExactly("b");
  }

  @Test
  @DisplayName("may be missing, be suspended, be forbidden or be demanded")
  void attributes() throws Exception {
    assertThat(notes.count()).isZero();
    assertThat(notes.countAlone()).isZero();
    notes.write(
        "a",
        () -> {
          assertThat(margin.countOutside()).isZero();
          assertThat(margin.count()).isOne();
          assertThatThrownBy(margin::countAlone).isInstanceOf(EJBException.class);
        });
    assertThatThrownBy(() -> notes.writeWithin("b"))
        .isInstanceOf(EJBTransactionRequiredException.class);
    assertThatThrownBy(() -> notes.writeEitherWay("c"))
        .as("JPA writes in transactions only")
        .isInstanceOf(EJBException.class);
    assertThat(stored()).containsExactly("a");
  }

  @Test
  @DisplayName("is needed to use the database at all")
  void outside() throws Exception {
    assertThatThrownBy(() -> application.select(Shelf.class).get().put("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("outside a session bean");
    assertThatThrownBy(() -> desk.write("a")).isInstanceOf(IllegalStateException.class);
    assertThat(stored()).isEmpty();
  }

  @Test
  @DisplayName("gives its connection back, however it ends")
  void connections() throws Exception {
    for (int i = 0; i < 20; i++) { // the pool has three
      String text = "n" + i;
      notes.write(text, ContainerTransactionsTest::nothing);
      assertThatThrownBy(() -> notes.write(text, ContainerTransactionsTest::nothing))
          .isInstanceOf(EJBException.class);
      assertThat(notes.countAlone()).isEqualTo(i + 1);
    }
  }
}
