package imserver.ejb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.ejb.AccessTimeout;
import jakarta.ejb.Asynchronous;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.EJB;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.Stateful;
import jakarta.ejb.Stateless;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Session beans, where there is only CDI,")
class SessionBeanExtensionTest {

  private static final List<String> EVENTS = new ArrayList<>();

  @BeforeEach
  void forget() {
    EVENTS.clear();
  }

  @Singleton
  @Startup
  @DependsOn("Second")
  @ConcurrencyManagement(ConcurrencyManagementType.BEAN)
  static class First {
    @Inject Third third;

    @PostConstruct
    void start() {
      EVENTS.add("first");
      third.use();
    }

    @PreDestroy
    void stop() {
      EVENTS.add("first ends");
    }
  }

  @Singleton
  @Startup
  @ConcurrencyManagement(ConcurrencyManagementType.BEAN)
  static class Second {
    @PostConstruct
    void start() {
      EVENTS.add("second");
    }
  }

  @Singleton
  @ConcurrencyManagement(ConcurrencyManagementType.BEAN)
  static class Third {
    @PostConstruct
    void start() {
      EVENTS.add("third");
    }

    void use() {}

    @PreDestroy
    void stop() {
      EVENTS.add("third ends");
    }
  }

  @Test
  @DisplayName("start with the application, after what they depend on, and the others when needed")
  void startup() {
    try (SeContainer application = Application.of(First.class, Second.class, Third.class)) {
      assertThat(EVENTS).containsExactly("second", "first", "third");
      assertThat(application.select(Third.class).get())
          .isSameAs(application.select(Third.class).get());
    }
    assertThat(EVENTS).contains("first ends", "third ends");
  }

  @Singleton
  @Startup
  @DependsOn("First")
  @ConcurrencyManagement(ConcurrencyManagementType.BEAN)
  static class Failing {
    @PostConstruct
    void start() {
      throw new IllegalStateException("no key");
    }
  }

  @Test
  @DisplayName("that have started are destroyed where another does not start")
  void failedStart() {
    assertThatThrownBy(() -> Application.of(First.class, Second.class, Third.class, Failing.class))
        .hasStackTraceContaining("no key");
    assertThat(EVENTS)
        .containsExactlyInAnyOrder("second", "first", "third", "first ends", "third ends");
  }

  @Singleton
  @Startup
  @DependsOn("Nobody")
  @ConcurrencyManagement(ConcurrencyManagementType.BEAN)
  static class Lonely {}

  @Test
  @DisplayName("are refused where they depend on what is not there")
  void unknownDependency() {
    assertThatThrownBy(() -> Application.of(Lonely.class)).hasStackTraceContaining("Nobody");
  }

  @Singleton
  static class LockedByTheContainer {}

  @Stateless
  @AccessTimeout(1)
  static class Impatient {}

  @Stateless
  static class Async {
    @Asynchronous
    public void later() {}
  }

  @Stateless
  static class Timed {
    @Schedule
    public void now() {}
  }

  @Stateful
  static class Remembering {}

  @Stateless
  static class Asking {
    @EJB private Third third;
  }

  @Stateless
  static class SetByMethod {
    @Resource
    void setFactory(ManagedThreadFactory factory) {}
  }

  @Stateless
  static class OtherTransactions {
    @Transactional
    public void write() {}
  }

  @Stateless(name = "Third")
  static class Impostor {}

  @DataSourceDefinition(name = "java:app/jdbc/other", className = "org.h2.jdbcx.JdbcDataSource")
  static class SecondDatabase {}

  @Test
  @DisplayName("are refused where they ask for more than there is")
  void unsupported() {
    assertThatThrownBy(() -> Application.of(LockedByTheContainer.class))
        .hasStackTraceContaining("LockedByTheContainer does not manage its concurrency itself");
    assertThatThrownBy(() -> Application.of(Impatient.class))
        .hasStackTraceContaining("Impatient has @AccessTimeout");
    assertThatThrownBy(() -> Application.of(Async.class))
        .hasStackTraceContaining("Async has @Asynchronous");
    assertThatThrownBy(() -> Application.of(Timed.class))
        .hasStackTraceContaining("Timed has @Schedule");
    assertThatThrownBy(() -> Application.of(Remembering.class))
        .hasStackTraceContaining("Remembering has @Stateful");
    assertThatThrownBy(() -> Application.of(Asking.class, Third.class))
        .hasStackTraceContaining("Asking has @EJB");
    assertThatThrownBy(() -> Application.of(SetByMethod.class))
        .hasStackTraceContaining("SetByMethod has @Resource");
    assertThatThrownBy(() -> Application.of(OtherTransactions.class))
        .hasStackTraceContaining("OtherTransactions has @Transactional");
    assertThatThrownBy(() -> Application.of(Third.class, Impostor.class))
        .hasStackTraceContaining("have one name");
    assertThatThrownBy(() -> Application.of(SecondDatabase.class))
        .hasStackTraceContaining("two classes have a @DataSourceDefinition");
  }

  @Singleton
  @ConcurrencyManagement(ConcurrencyManagementType.BEAN)
  static class Threads {
    @Resource private ManagedThreadFactory factory;

    Thread run(Runnable task) {
      Thread thread = factory.newThread(task);
      thread.start();
      return thread;
    }
  }

  @Test
  @DisplayName("get threads that know the application's classes and do not keep the JVM alive")
  void threads() {
    try (SeContainer application = Application.of(Threads.class)) {
      CompletableFuture<ClassLoader> loader = new CompletableFuture<>();
      Thread thread =
          application
              .select(Threads.class)
              .get()
              .run(() -> loader.complete(Thread.currentThread().getContextClassLoader()));
      assertThat(loader.join()).isSameAs(SessionBeanExtension.class.getClassLoader());
      assertThat(thread.isDaemon()).isTrue();
      assertThat(thread.getName()).startsWith("imserver-");
    }
  }
}
