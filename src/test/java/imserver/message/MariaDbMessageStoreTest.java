package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.config.Configs;
import imserver.database.TestDataSource;
import imserver.message.RandomWriter.Event;
import imserver.server.MigratedMariaDb;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
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
    mariaDb = MigratedMariaDb.start();
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
  void noDeadlocks() {
    assertThat(mariaDb.server().deadlocks()).isEqualTo(deadlocksBefore);
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
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            mariaDb.server().url(),
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
}
