package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import imserver.config.Configs;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.message.RandomWriter.Event;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionScope;
import imserver.server.TestPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The store on PostgreSQL")
class PostgresMessageStoreTest extends SqlMessageStoreContract {

  private static TestPostgres postgres;
  private static ThreadConnections database;

  private final MessageStore store = new PostgresMessageStore(database.source(), Configs.with());
  private final MessageStore telling = new PostgresMessageStore(database.source(), TELLING);
  private List<Long> deadlocksBefore = List.of();

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = TestPostgres.migrated();
    database = new ThreadConnections(url());
  }

  @AfterAll
  static void stop() throws SQLException {
    database.close();
    postgres.close();
  }

  private static String url() {
    return postgres.url();
  }

  @BeforeEach
  void empty() {
    tables()
        .update(
            "truncate message, attachment, reported_attachment, file, file_chunk, notice, unread, user_state, conversation, new_recipient, suspension,"
                + " webhook_event, webhook_conversation, unseen, flagged_message");
    tables().update("alter table moderation_action disable trigger user");
    tables().update("truncate moderation_action");
    tables().update("alter table moderation_action enable trigger user");
    deadlocksBefore = deadlocks();
  }

  @AfterEach
  void noDeadlocks() {
    assertThat(deadlocks()).isEqualTo(deadlocksBefore);
  }

  private static List<Long> deadlocks() {
    return tables()
        .all("select deadlocks from pg_stat_database where datname = current_database()");
  }

  @Override
  MessageStore store() {
    return store;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 5})
  @DisplayName(
      "stores a message whose key was there each time that it tried, but gone when it looked")
  void storedAndDeletedByOthers(int times) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          create sequence attempt;
          create function interfere() returns trigger language plpgsql as $$
          begin
            if nextval('attempt') <= %d then
              raise unique_violation;
            end if;
            return new;
          end $$;
          create trigger interfere before insert on message for each row execute function interfere()
          """
              .formatted(times));
      try {
        List<NewMessage> one = List.of(RandomWriter.newMessage(1));
        if (times < 5) {
          assertThat(store.add(one, SiteRules.OPEN))
              .singleElement()
              .isInstanceOf(Outcome.Stored.class);
        } else {
          assertThat(catchThrowable(() -> store.add(one, SiteRules.OPEN)))
              .isInstanceOf(StorageException.class);
        }
      } finally {
        statement.execute(
            "drop trigger interfere on message; drop function interfere; drop sequence attempt");
      }
    }
  }

  @Override
  MessageStore telling() {
    return telling;
  }

  @Override
  SqlStoreState state() {
    return tables();
  }

  private static SqlStoreState tables() {
    return new SqlStoreState(database.source());
  }

  @Test
  @DisplayName("orders ids, changes and commits alike with writers in several processes")
  void severalProcesses() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(Readers.COUNT);
    List<Process> writers = new ArrayList<>();
    try {
      Readers readers = new Readers(state(), threads);
      for (int seed = 1; seed <= 3; seed++) {
        writers.add(writer(seed));
      }
      for (Process writer : writers) {
        assertThat(writer.inputReader().readLine()).isEqualTo("ready");
      }
      for (Process writer : writers) { // all at once
        writer.outputWriter().append('\n').flush();
      }
      List<Event> events = new ArrayList<>();
      for (Process writer : writers) {
        writer.inputReader().lines().map(Event::parse).forEach(events::add);
        assertThat(writer.waitFor()).isZero();
      }
      readers.assertNothingMissed();
      assertOrder(events);
    } finally {
      writers.forEach(Process::destroyForcibly);
      threads.shutdownNow();
    }
  }

  private static Process writer(int seed) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1", // most of it is its start
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            url(),
            String.valueOf(seed))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** A process that writes; its arguments are the database's address and a seed. */
  static final class Writer {

    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      try (ThreadConnections connections = new ThreadConnections(arguments[0])) {
        MessageStore store = new PostgresMessageStore(connections.source(), Configs.with());
        store.recount(RandomWriter.USERS.get(1)); // connects
        System.out.println("ready");
        if (System.in.read() < 0) {
          return; // the test is over
        }
        new RandomWriter(store, Integer.parseInt(arguments[1]))
            .write(500)
            .forEach(event -> System.out.println(event.text()));
      }
    }
  }

  @Test
  @DisplayName("marks what was there when it was asked, and locks nobody else")
  void cameMeanwhile() throws Exception {
    NewMessage newMessage = RandomWriter.newMessage(7);
    long reader = newMessage.recipientId();
    long other = newMessage.senderId() + 1;
    long id = ((Outcome.Stored) store.add(List.of(newMessage), SiteRules.OPEN).get(0)).messageId();
    long later = id + 1;
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("update user_state set head = head where user_id = " + reader);
      statement.execute("insert into unread values (%d, %d, %d)".formatted(reader, later, other));
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        var marks = thread.submit(() -> store.markRead(Map.of(reader, List.of(id, later)), true));
        awaitOneWaiting();
        connection.commit();
        assertThat(marks.get())
            .extracting(ReadMark::senderId)
            .containsExactly(newMessage.senderId());
        assertThat(state().unread(reader)).containsExactly(later);
      } finally {
        thread.shutdownNow();
      }
    }
  }

  @Test
  @DisplayName("recounts one user after the other, as three at once could wait in a circle")
  void oneRecount() throws Exception {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("select * from recount(1)");
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        var second = thread.submit(() -> store.recount(2));
        awaitOneWaiting();
        connection.commit();
        assertThat(second.get()).isEqualTo(new Recount(0, 0, 0));
      } finally {
        thread.shutdownNow();
      }
    }
  }

  @Test
  @DisplayName("has a suspension wait for what is being stored of the user, also the second time")
  void suspensionWaits() throws Exception {
    OffsetDateTime now = OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);
    ModerationStep step =
        new ModerationStep(1, "m", now, ModerationStep.Action.SUSPEND, 2L, null, null, "", "");
    store.suspend(2, SuspensionScope.WRITE, now.plusYears(1), step);
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("select 1 from user_state where user_id = 2 for no key update");
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        var again =
            thread.submit(() -> store.suspend(2, SuspensionScope.ALL, now.plusYears(1), step));
        awaitOneWaiting();
        connection.commit();
        assertThat(again.get().scope()).isEqualTo(SuspensionScope.ALL);
      } finally {
        thread.shutdownNow();
      }
    }
  }

  private static void awaitOneWaiting() {
    String waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
    await().until(() -> tables().all(waiting).get(0) == 1);
  }

  @Test
  @DisplayName(
      "finds what is read by its index also by a plan that was made while little was unread")
  void planOfLittle() {
    new RandomWriter(store, 1).write(20);
    try (ThreadConnections fresh = new ThreadConnections(url())) {
      SqlStoreState state = new SqlStoreState(fresh.source());
      MessageStore own = new PostgresMessageStore(fresh.source(), Configs.with());
      state.update("delete from unread where message_id > (select min(message_id) from unread)");
      state.update("vacuum analyze unread");
      long reader = RandomWriter.newMessage(7).recipientId();
      own.markRead(Map.of(reader, List.of(1L, 2L)), true);
      state.update(
          "insert into unread select %d, n, 3 from generate_series(1000000, 1050000) n"
              .formatted(reader));
      long before = looked(state);
      own.markRead(Map.of(reader, List.of(3L, 4L)), true);
      assertThat(looked(state) - before).isLessThan(100);
    }
  }

  private static long looked(SqlStoreState state) {
    state.all("select 1 from pg_stat_force_next_flush()");
    return state
        .all("select sum(idx_tup_read) from pg_stat_user_indexes where relname = 'unread'")
        .get(0);
  }

  @Test
  @DisplayName("finds all by indexes, by plans that are made while the tables are empty")
  void plans() throws IOException, SQLException {
    try (TestPostgres plans = TestPostgres.migrated();
        ThreadConnections fresh = new ThreadConnections(plans.url())) {
      MessageStore own = new PostgresMessageStore(fresh.source(), Configs.with());
      SqlStoreState state = new SqlStoreState(fresh.source());
      List<Long> before = readFromEndToEnd(state);
      new RandomWriter(own, 1).write(20);
      assertThat(readFromEndToEnd(state)).isEqualTo(before);
    }
  }

  private static List<Long> readFromEndToEnd(SqlStoreState state) {
    state.all("select 1 from pg_stat_force_next_flush()");
    return state.all(
        """
        select seq_scan from pg_stat_user_tables
        where relname in ('message', 'notice', 'unread', 'user_state', 'conversation') order by relname
        """);
  }

  @Nested
  @DisplayName("where the statement fails")
  class Failures {

    private static final List<NewMessage> NEW_MESSAGES = List.of(RandomWriter.newMessage(7));

    private Throwable failure(FailingDatabase database) {
      return catchThrowable(
          () ->
              new PostgresMessageStore(database.source(), Configs.with())
                  .add(NEW_MESSAGES, SiteRules.OPEN));
    }

    @Test
    @DisplayName("says that nothing is stored, where there is no connection")
    void noConnection() {
      FailingDatabase database = new FailingDatabase();
      database.ofConnecting = new SQLException("refused", "08001");
      assertThat(failure(database)).isExactlyInstanceOf(StorageException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"23514", "57014", "40P01"})
    @DisplayName("says that nothing is stored, where the database says why")
    void refused(String state) {
      FailingDatabase database = new FailingDatabase();
      database.ofExecuting = new SQLException("a reason", state);
      assertThat(failure(database)).isExactlyInstanceOf(StorageException.class);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "08006", "08003", "40003", "57P01", "57P02", "53100", "58030", "XX000", "99999", "",
          "none"
        })
    @DisplayName("says that it may be stored, where the answer is missing")
    void commitUnknown(String state) {
      FailingDatabase database = new FailingDatabase();
      database.ofExecuting = new SQLException("who knows", state.equals("none") ? null : state);
      assertThat(failure(database)).isInstanceOf(CommitUnknownException.class);
    }

    @Test
    @DisplayName("says that it may be stored, where the driver or the pool fails otherwise")
    void fault() {
      FailingDatabase database = new FailingDatabase();
      database.fault = new IllegalStateException("of the pool");
      assertThat(failure(database)).isInstanceOf(CommitUnknownException.class);
    }

    @Test
    @DisplayName("says that it may be stored, where the answer cannot be read")
    void unreadable() {
      assertThat(failure(new FailingDatabase())).isInstanceOf(CommitUnknownException.class);
    }
  }

  @Test
  @DisplayName("stores where the connection cannot be given back")
  void closeFails() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url())) {
      MessageStore store =
          new PostgresMessageStore(
              ThreadConnections.source(() -> FailingDatabase.notClosing(connection)),
              Configs.with());
      assertThat(store.add(List.of(RandomWriter.newMessage(7)), SiteRules.OPEN))
          .allMatch(Outcome.Stored.class::isInstance);
    }
  }

  @Test
  @DisplayName("waits for who has the rows of the users, and takes its ids after that")
  void waits() throws Exception {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      NewMessage first = RandomWriter.newMessage(7);
      store.add(List.of(first), SiteRules.OPEN);
      connection.setAutoCommit(false);
      statement.execute("update user_state set head = head where user_id = " + first.recipientId());
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        var second =
            thread.submit(
                () -> store.add(List.of(RandomWriter.newMessage(7 + 30)), SiteRules.OPEN));
        awaitOneWaiting();
        statement.execute("select setval('message_id', 5000)");
        connection.commit();
        assertThat(((Outcome.Stored) second.get().get(0)).messageId()).isEqualTo(5001);
      } finally {
        thread.shutdownNow();
      }
    }
  }
}
