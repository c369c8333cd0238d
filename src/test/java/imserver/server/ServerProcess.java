package imserver.server;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** A server with the WAR, in a process of its own that a test can kill. */
public final class ServerProcess implements AutoCloseable {

  /** What bounds how much a user does in a time. */
  private static final List<String> RATES =
      List.of(
          "IMSERVER_RATE",
          "IMSERVER_READ_RATE",
          "IMSERVER_REQUEST_RATE",
          "IMSERVER_SEARCH_RATE",
          "IMSERVER_CONNECT_RATE");

  /** Half the processor time of a start, which is most of what a server of a test does. */
  private static final String JVM_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  /** Ample: it takes a tenth of that, on a machine that has nothing else to do. */
  private static final Duration START = Duration.ofSeconds(240);

  private static final Duration STOP = Duration.ofSeconds(120);

  /** Of asking whether it is up. More often would slow down what is asked. */
  static final Duration INTERVAL = Duration.ofMillis(200);

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final URI address;
  private final Path log;
  private final Process process;

  private ServerProcess(URI address, Path log, Process process) {
    this.address = address;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts the server that this run is about and waits until it answers. Credentials are user ids,
   * and limits by rate are off, unless the settings say otherwise.
   *
   * @param folder of the instance, for its log and, without a database in the settings, its data
   */
  public static ServerProcess start(int port, Path folder, Map<String, String> settings)
      throws IOException {
    return start(ServerProduct.underTest(), port, folder, settings);
  }

  /** The same on a product of choice. */
  public static ServerProcess start(
      ServerProduct product, int port, Path folder, Map<String, String> settings)
      throws IOException {
    return launch(product, port, folder, settings).awaitUp();
  }

  /** Waits until it answers. */
  ServerProcess awaitUp() throws IOException {
    try {
      await().atMost(START).pollInterval(INTERVAL).until(() -> isUp() || !process.isAlive());
    } catch (ConditionTimeoutException e) {
      kill();
      throw new IOException("the server did not answer; see " + log, e);
    }
    if (!process.isAlive()) {
      throw new IOException("the server ended; see " + log);
    }
    return this;
  }

  /** Starts it and does not wait, so that several start side by side. */
  static ServerProcess launch(int port, Path folder, Map<String, String> settings)
      throws IOException {
    return launch(ServerProduct.underTest(), port, folder, settings);
  }

  static ServerProcess launch(
      ServerProduct product, int port, Path folder, Map<String, String> settings)
      throws IOException {
    Files.createDirectories(folder);
    Path log = folder.resolve("server.log");
    ProcessBuilder builder =
        new ProcessBuilder(product.prepare(folder, port))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // what this shell serves from is nothing to write tests into
    builder.environment().keySet().removeIf(name -> name.startsWith("IMSERVER_"));
    builder.environment().put("IMSERVER_AUTH_MODE", "open");
    builder.environment().put("JAVA_TOOL_OPTIONS", JVM_OPTIONS);
    RATES.forEach(rate -> builder.environment().put(rate, "0"));
    builder.environment().putAll(settings);
    Process process = builder.start();
    process.getOutputStream().close(); // Payara Server would wait for a password
    return new ServerProcess(URI.create("http://127.0.0.1:" + port + "/"), log, process);
  }

  public URI address() {
    return address;
  }

  /** What the server writes to its standard streams. */
  public Path log() {
    return log;
  }

  /** Of the instance. */
  Path folder() {
    return log.getParent();
  }

  /** Of the JVM. */
  public long pid() {
    return server().pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  boolean isUp() throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("/teaching/api/health"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** The JVM, which may be a child of the script that started it. */
  private ProcessHandle server() {
    return process.descendants().reduce((parent, child) -> child).orElse(process.toHandle());
  }

  /** SIGKILL. */
  public void kill() {
    ProcessHandle server = server();
    server.destroyForcibly();
    awaitEnd(server);
    process.destroyForcibly();
    awaitEnd(process.toHandle());
  }

  /** SIGTERM, as an operator stops a server. */
  public void stop() {
    ProcessHandle server = server();
    server.destroy();
    awaitEnd(server);
    awaitEnd(process.toHandle());
  }

  private static void awaitEnd(ProcessHandle process) {
    process.onExit().orTimeout(STOP.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    kill();
    try {
      Folders.delete(folder().resolve(Folders.TEMPORARY));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
