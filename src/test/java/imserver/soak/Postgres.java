package imserver.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that keeps its promises (fsync on), and that can be ended at once. What the tests
 * ask of it does not go by the {@link Link}s.
 */
final class Postgres implements AutoCloseable {

  private static final Duration END = Duration.ofMinutes(2);

  private final Path data;
  private final int port;
  private @Nullable EmbeddedPostgres running;

  Postgres(Path data) throws IOException {
    this.data = data;
    this.port = TestEnvironment.freePort();
    start();
  }

  int port() {
    return port;
  }

  void start() throws IOException {
    running =
        TestEnvironment.database()
            .setPort(port)
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start();
  }

  /**
   * Ends it without a checkpoint, and waits until all its processes are gone.
   *
   * @param signal {@code QUIT}, which is its immediate shutdown, or {@code KILL}
   */
  void end(String signal) throws IOException {
    long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> all = Stream.concat(Stream.of(postmaster), postmaster.children()).toList();
    Signals.send(signal, pid);
    await()
        .atMost(END)
        .untilAsserted(() -> assertThat(all).filteredOn(ProcessHandle::isAlive).isEmpty());
    close();
  }

  /** Where it is, by its own port or that of a link. */
  static String url(int port) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url(port));
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Each row as its columns, as text. */
  List<List<String>> rows(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<List<String>> found = new ArrayList<>();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
          row.add(rows.getString(column));
        }
        found.add(row);
      }
      return found;
    }
  }

  @Override
  public void close() throws IOException {
    EmbeddedPostgres last = running;
    running = null;
    if (last != null) {
      last.close();
    }
  }
}
