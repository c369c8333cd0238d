package imserver.server;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The WAR on Payara Micro, in a process of its own that a test can kill. */
final class ServerProcess implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(120);

  private final URI address;
  private final Process process;

  private ServerProcess(URI address, Process process) {
    this.address = address;
    this.process = process;
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param folder for its log and, without a database in the settings, its data
   */
  static ServerProcess start(int port, Path folder, Map<String, String> settings)
      throws IOException {
    Files.createDirectories(folder);
    Path loopback =
        Files.writeString(
            folder.resolve("loopback.txt"),
            "set configs.config.server-config.network-config.network-listeners.network-listener.http-listener.address=127.0.0.1\n");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-jar",
                System.getProperty("imserver.test.micro"),
                "--nohazelcast",
                "--disablephonehome",
                "--port",
                String.valueOf(port),
                "--prebootcommandfile",
                loopback.toString(),
                "--contextroot",
                "teaching",
                "--deploy",
                System.getProperty("imserver.test.war")));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve("server.log").toFile()));
    builder.environment().put("IMSERVER_AUTH_MODE", "open");
    builder.environment().put("IMSERVER_RATE", "0");
    builder.environment().putAll(settings);
    ServerProcess server =
        new ServerProcess(URI.create("http://127.0.0.1:" + port + "/"), builder.start());
    await().atMost(START).until(() -> server.isUp() || !server.process.isAlive());
    if (!server.process.isAlive()) {
      throw new IOException("the server ended; see " + folder.resolve("server.log"));
    }
    return server;
  }

  URI address() {
    return address;
  }

  private boolean isUp() throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("/teaching/api/health"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** SIGTERM, as an operator stops a server. */
  void stop() {
    process.destroy();
    process.onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
