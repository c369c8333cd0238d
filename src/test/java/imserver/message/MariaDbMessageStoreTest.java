package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import imserver.config.Configs;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.database.TestDataSource;
import imserver.message.RandomWriter.Event;
import imserver.server.MigratedMariaDb;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
import org.junit.jupiter.api.Test;

@DisplayName("The store on MariaDB")
class MariaDbMessageStoreTest extends SqlMessageStoreContract {

  private static MigratedMariaDb mariaDb;
  private static ThreadConnections database;

  private final MessageStore store = new MariaDbMessageStore(database.source(), Configs.with());
  private final MessageStore telling = new MariaDbMessageStore(database.source(), TELLING);
  private long deadlocksBefore;

  @BeforeAll
  static void start() throws IOException {
    mariaDb = MigratedMariaDb.create();
    database = new ThreadConnections(mariaDb.source()::getConnection);
  }

  @AfterAll
  static void stop() {
    database.close();
    mariaDb.close();
  }

  @BeforeEach
  void empty() {
    mariaDb.empty();
    deadlocksBefore = mariaDb.server().deadlocks();
  }

  @AfterEach
  void noDeadlocks() throws IOException {
    assertThat(mariaDb.server().deadlocks()).as(mariaDb.server().log()).isEqualTo(deadlocksBefore);
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
            mariaDb.url(),
            mariaDb.server().user(),
            mariaDb.server().password(),
            String.valueOf(seed))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** A process that writes; its arguments are the database's address and login, and a seed. */
  static final class Writer {

    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      try (ThreadConnections connections =
          new ThreadConnections(
              TestDataSource.of(arguments[0], arguments[1], arguments[2])::getConnection)) {
        MessageStore store = new MariaDbMessageStore(connections.source(), Configs.with());
        store.recount(RandomWriter.USERS.get(1)); // connects
        System.out.println("ready");
        if (System.in.read() < 0) {
          return; // the test is over
        }
        new RandomWriter(store, Integer.parseInt(arguments[3]))
            .write(300)
            .forEach(event -> System.out.println(event.text()));
      }
    }
  }

  @Test
  @DisplayName("waits for who has the rows of the users, and takes its ids after that")
  void waits() throws Exception {
    NewMessage first = RandomWriter.newMessage(7);
    store.add(List.of(first), SiteRules.OPEN);
    try (Connection connection = mariaDb.source().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("update user_state set head = head where user_id = " + first.recipientId());
      statement.execute("select 1 from user_state for update");
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        var second =
            thread.submit(
                () -> store.add(List.of(RandomWriter.newMessage(7 + 30)), SiteRules.OPEN));
        await().until(() -> mariaDb.server().waiting() == 1);
        try (Connection other = mariaDb.source().getConnection();
            Statement raise = other.createStatement()) {
          raise.execute(
              "insert into message (id, sender_id, recipient_id, content, client_timestamp,"
                  + " dedupe_key, created_at) values (5000000, 0, 1, 'x', '', 'x', now())");
        }
        connection.commit();
        assertThat(((Outcome.Stored) second.get().get(0)).messageId()).isEqualTo(5000001);
      } finally {
        thread.shutdownNow();
      }
    }
  }

  @Test
  @DisplayName("stores after a deadlock with somebody who keeps to no order")
  void deadlock() throws Exception {
    NewMessage newMessage = RandomWriter.newMessage(7 + 30);
    long low = Math.min(newMessage.senderId(), newMessage.recipientId());
    long high = Math.max(newMessage.senderId(), newMessage.recipientId());
    store.add(List.of(RandomWriter.newMessage(7), newMessage), SiteRules.OPEN);
    try (Connection connection = mariaDb.source().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("update message set client_timestamp = 'x'"); // the heavier one is spared
      statement.execute("select 1 from user_state where user_id = " + high + " for update");
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        var marks =
            thread.submit(
                () ->
                    store.add(
                        List.of(
                            new NewMessage(
                                new DedupeKey(newMessage.senderId(), "another"),
                                newMessage.recipientId(),
                                "text",
                                "",
                                newMessage.createdAt(),
                                newMessage.noticeDetails())),
                        SiteRules.OPEN));
        await().until(() -> mariaDb.server().waiting() == 1);
        statement.execute("select 1 from user_state where user_id = " + low + " for update");
        connection.commit();
        assertThat(marks.get()).allMatch(Outcome.Stored.class::isInstance);
        assertThat(mariaDb.server().deadlocks()).isEqualTo(deadlocksBefore + 1);
        deadlocksBefore++;
      } finally {
        thread.shutdownNow();
      }
    }
  }

  /** What becomes of a call where a method of the connection fails. */
  private static Throwable failure(String failing, SQLException reason) {
    MessageStore store =
        new MariaDbMessageStore(
            ThreadConnections.source(
                () -> {
                  Connection connection = mariaDb.source().getConnection();
                  return (Connection)
                      Proxy.newProxyInstance(
                          Connection.class.getClassLoader(),
                          new Class<?>[] {Connection.class},
                          (proxy, method, arguments) -> {
                            if (method.getName().equals(failing)) {
                              throw reason;
                            }
                            return method.invoke(connection, arguments);
                          });
                }),
            Configs.with());
    return catchThrowable(() -> store.setStrangerQuota(5, 1));
  }

  @Test
  @DisplayName("says that nothing is stored where it fails before the commit, or that is refused")
  void rolledBack() {
    SQLException broken = new SQLException("broken", "08000");
    assertThat(failure("prepareStatement", broken)).isExactlyInstanceOf(StorageException.class);
    for (int code : new int[] {1213, 1290, 1836}) {
      assertThat(failure("commit", new SQLException("refused", "HY000", code)))
          .isExactlyInstanceOf(StorageException.class);
    }
    assertThat(state().all("select count(*) from user_state")).containsExactly(0L);
  }

  @Test
  @DisplayName("says that it may be stored where the commit fails otherwise")
  void unknown() {
    assertThat(failure("commit", new SQLException("broken", "08000")))
        .isInstanceOf(CommitUnknownException.class);
  }

  @Test
  @DisplayName("refuses text that is too long, in place of cutting it")
  void tooLong() {
    NewMessage tooLong =
        new NewMessage(
            new DedupeKey(5, "k"),
            6,
            "text",
            "t".repeat(33),
            RandomWriter.newMessage(7).createdAt(),
            null);
    assertThat(catchThrowable(() -> store.add(List.of(tooLong), SiteRules.OPEN)))
        .isExactlyInstanceOf(StorageException.class);
    assertThat(state().all("select count(*) from message")).containsExactly(0L);
  }

  @Test
  @DisplayName("finds all by indexes, while the tables are small")
  void plans() {
    new RandomWriter(store, 1).write(20);
    String scans =
        "select variable_value from information_schema.session_status where variable_name in"
            + " ('SELECT_FULL_JOIN', 'HANDLER_READ_RND_NEXT') order by variable_name";
    try (ThreadConnections fresh = new ThreadConnections(mariaDb.source()::getConnection)) {
      MessageStore own = new MariaDbMessageStore(fresh.source(), Configs.with());
      SqlStoreState state = new SqlStoreState(fresh.source());
      new RandomWriter(own, 2).write(20);
      List<Long> first = state.all(scans);
      List<Long> before = state.all(scans);
      for (long number = 1_000; number < 1_010; number++) {
        NewMessage newMessage = RandomWriter.newMessage(number);
        long id =
            ((Outcome.Stored) own.add(List.of(newMessage), SiteRules.OPEN).get(0)).messageId();
        own.markRead(Map.of(newMessage.recipientId(), List.of(id)), true);
      }
      List<Long> after = state.all(scans);
      long ofThisQuery = before.get(0) - first.get(0);
      // A dozen small tables of numbers are read from end to end, and no other.
      assertThat(after.get(0) - before.get(0) - ofThisQuery).as("rows").isLessThan(10L * 30);
      assertThat(after.get(1)).as("joins without an index").isEqualTo(before.get(1));
    }
  }
}
