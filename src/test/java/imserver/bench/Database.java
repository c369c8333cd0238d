package imserver.bench;

import imserver.server.Folders;
import imserver.server.TestEnvironment;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** PostgreSQL, as it is in production where it counts: a commit is on the disk. */
final class Database implements AutoCloseable {

  /** Of 16 MB: what a comparison writes, and more. */
  private static final int LOG_FILES = 160;

  /** Of which Linux counts processor time, whatever its kernel's own are. */
  private static final Duration TICK = Duration.ofMillis(10);

  private static final Map<String, String> SETTINGS =
      Map.of(
          "fsync",
          "on",
          "synchronous_commit",
          "on",
          "min_wal_size",
          LOG_FILES * 16 + "MB",
          "max_wal_size",
          2 * LOG_FILES * 16 + "MB");

  private final Path folder;
  private final AutoCloseable postgres;
  private final int port;

  /**
   * Starts it with its data in a folder.
   *
   * @param programs the folder of an installed PostgreSQL's programs; null for that of the tests
   */
  Database(Path folder, @Nullable Path programs) throws IOException, SQLException {
    this.folder = folder;
    if (programs == null) {
      EmbeddedPostgres.Builder builder =
          TestEnvironment.database().setDataDirectory(folder).setCleanDataDirectory(true);
      SETTINGS.forEach(builder::setServerConfig);
      EmbeddedPostgres started = builder.start();
      postgres = started;
      port = started.getPort();
    } else {
      Folders.delete(folder);
      InstalledPostgres started = new InstalledPostgres(programs, folder, SETTINGS);
      postgres = started;
      port = started.port();
    }
    require("fsync");
    require("synchronous_commit");
    require("full_page_writes");
    readyForLoad();
  }

  /**
   * Does what a database in use has behind it, or does at other times: a checkpoint; and the files
   * of its log are there. A new one is filled with zeros first, and whoever commits waits for that.
   */
  void readyForLoad() throws SQLException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < LOG_FILES; i++) {
        statement.execute("select pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()");
      }
      statement.execute("checkpoint");
    }
  }

  private void require(String setting) throws SQLException {
    if (!"on".equals(ask("postgres", "show " + setting))) {
      throw new IllegalStateException(setting + " is not on: nothing measured here would count");
    }
  }

  String version() throws SQLException {
    return ask("postgres", "show server_version");
  }

  /** An empty database without tables. */
  String createEmpty(String name) throws SQLException {
    execute("postgres", "create database " + name);
    return name;
  }

  /** An empty database with the product's tables. */
  String create(String name) throws SQLException {
    createEmpty(name);
    Flyway.configure()
        .dataSource(url(name), "postgres", "postgres")
        .locations("classpath:db/migration/postgresql")
        .load()
        .migrate();
    return name;
  }

  String url(String name) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + name + "?user=postgres";
  }

  /** A connection that sends inserts together, as the driver does it fastest. */
  Connection connect(String name) throws SQLException {
    return DriverManager.getConnection(url(name) + "&reWriteBatchedInserts=true");
  }

  private void execute(String name, String sql) throws SQLException {
    try (Connection connection = connect(name);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String ask(String name, String sql) throws SQLException {
    try (Connection connection = connect(name);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Stores so many messages of others, {@code each} for every recipient, and fast. */
  void fill(String name, Users users, int count, int each) throws SQLException {
    int recipients = count / each;
    List<String> indexes = secondaryIndexes(name);
    for (String index : indexes) {
      execute(name, "drop index " + index.replaceFirst("create index (\\S+) .*", "$1"));
    }
    insertUnread(name, users.next(recipients), users.next(recipients), recipients, each);
    for (String index : indexes) {
      execute(name, index);
    }
  }

  /** What makes the indexes of messages that keep nothing unique. */
  private List<String> secondaryIndexes(String name) throws SQLException {
    try (Connection connection = connect(name);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                select replace(indexdef, 'CREATE INDEX', 'create index') from pg_indexes
                where tablename = 'message' and indexdef like 'CREATE INDEX%'
                """)) {
      List<String> indexes = new ArrayList<>();
      while (rows.next()) {
        indexes.add(rows.getString(1));
      }
      return indexes;
    }
  }

  /** Fails the run unless just so many messages are stored. */
  void checkMessages(String name, long expected) throws SQLException {
    try (Connection connection = connect(name)) {
      checkMessages(connection, expected);
    }
  }

  static void checkMessages(Connection connection, long expected) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from message")) {
      rows.next();
      if (rows.getLong(1) != expected) {
        throw new AssertionError("to be stored " + expected + ", stored " + rows.getLong(1));
      }
    }
  }

  /** Processor time so far of all processes, of those that have ended too. */
  Duration cpu() throws IOException {
    long main = Long.parseLong(Files.readAllLines(folder.resolve("postmaster.pid")).get(0).strip());
    Duration children =
        ProcessHandle.of(main).stream()
            .flatMap(ProcessHandle::children)
            .map(child -> child.info().totalCpuDuration().orElse(Duration.ZERO))
            .reduce(Duration.ZERO, Duration::plus);
    String stat = Files.readString(Path.of("/proc/" + main + "/stat"));
    long ticks = // the fields 14 to 17: its own time, and that of children that have ended
        Arrays.stream(stat.substring(stat.lastIndexOf(')') + 2).split(" "))
            .skip(11)
            .limit(4)
            .mapToLong(Long::parseLong)
            .sum();
    return children.plus(TICK.multipliedBy(ticks));
  }

  /**
   * Stores messages as the product would have: {@code each} unread ones for every recipient, from a
   * sender of its own. Ids come from the sequence, so that no server hands them out again.
   */
  void insertUnread(String name, long firstSender, long firstRecipient, int recipients, int each)
      throws SQLException {
    long count = (long) recipients * each;
    String messages =
        """
        insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)
        select nextval('message_id'), %d + n / %d, %d + n / %d, '%s', (%d + n %% %d)::varchar, 'bench-' || n, now()
        from generate_series(0, %d - 1) as n
        """
            .formatted(
                firstSender,
                each,
                firstRecipient,
                each,
                Sequence.TEXT,
                Sequence.FIRST,
                each,
                count);
    try (Connection connection = connect(name);
        Statement statement = connection.createStatement()) {
      statement.execute(messages);
      insertStateOf(statement, firstSender, recipients);
      statement.execute("vacuum analyze");
    }
    readyForLoad();
  }

  /** What goes with the messages of so many senders, all of which are unread; on MariaDB too. */
  static void insertStateOf(Statement statement, long firstSender, int senders)
      throws SQLException {
    String between =
        "where m.sender_id between %d and %d".formatted(firstSender, firstSender + senders - 1);
    statement.execute(
        """
        insert into unread (recipient_id, message_id, sender_id)
        select recipient_id, id, sender_id from message m %s
        """
            .formatted(between));
    statement.execute(
        """
        insert into conversation
          (low_id, high_id, last_low, last_high, unread_low, unread_high, changed_low, changed_high)
        select least(sender_id, recipient_id), greatest(sender_id, recipient_id), max(id), max(id),
               count(case when recipient_id < sender_id then 1 end),
               count(case when recipient_id >= sender_id then 1 end), count(*), count(*)
        from message m %s group by 1, 2
        """
            .formatted(between));
    statement.execute(
        """
        insert into user_state (user_id, head, unread)
        select m.sender_id, count(*), 0 from message m %1$s group by 1
        union all
        select m.recipient_id, count(*), count(*) from message m %1$s group by 1
        """
            .formatted(between));
  }

  @Override
  public void close() throws Exception {
    postgres.close();
  }
}
