package imserver.bench;

import imserver.server.TestEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A PostgreSQL of the programs that are installed on this machine, on loopback. Those that tests
 * bring along are compiled to be small: storing a lone message takes them 1.4 times as long
 * (docs/MEASURE.md).
 */
final class InstalledPostgres implements AutoCloseable {

  private static final int MINUTES = 2;

  private final Path programs;
  private final Path folder;
  private final Path log;
  private final int port;
  private final Process process;

  /**
   * Starts one with its data in a folder that is not there yet, and waits until it answers.
   *
   * @param programs the folder of {@code initdb}, {@code postgres} and {@code pg_ctl}
   * @param settings beside the defaults
   */
  InstalledPostgres(Path programs, Path folder, Map<String, String> settings) throws IOException {
    this.programs = programs;
    this.folder = folder;
    this.log = folder.resolveSibling(folder.getFileName() + ".log");
    this.port = TestEnvironment.freePort();
    await(start("initdb", "-D", folder.toString(), "-U", "postgres", "-A", "trust", "-E", "UTF-8"));
    List<String> options =
        new ArrayList<>(List.of("-D", folder.toString(), "-p", String.valueOf(port)));
    options.addAll(List.of("-h", "127.0.0.1", "-k", ""));
    settings.forEach((name, value) -> options.addAll(List.of("-c", name + "=" + value)));
    process = start("postgres", options.toArray(String[]::new));
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    Awaitility.await().atMost(MINUTES, TimeUnit.MINUTES).until(this::answers);
  }

  private Process start(String program, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("unshare", "-U")); // as root it does not run
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(options));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private boolean answers() throws IOException {
    if (!process.isAlive()) {
      throw new IOException("PostgreSQL has ended:\n" + Files.readString(log));
    }
    try (Connection connection =
        DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres")) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  private void await(Process started) throws IOException {
    try {
      if (!started.waitFor(MINUTES, TimeUnit.MINUTES) || started.exitValue() != 0) {
        started.destroyForcibly();
        throw new IOException("a program of PostgreSQL has failed:\n" + Files.readString(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Where it listens. */
  int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    await(start("pg_ctl", "-D", folder.toString(), "-m", "fast", "-w", "stop"));
  }
}
