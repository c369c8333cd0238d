package imserver.server;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The installed nginx before two servers, in a process of its own, with the file that operators
 * copy: {@code docs/proxy/nginx-two-servers.conf}. Only its addresses and folders are replaced; and
 * it speaks no TLS, for which there is no certificate.
 */
final class Nginx implements AutoCloseable {

  private static final Path FILE = Path.of("docs", "proxy", "nginx-two-servers.conf");

  /** On the path of root alone, on some systems. */
  private static final String[] FOLDERS = {"/usr/sbin", "/usr/local/sbin"};

  private final Process process;
  private final URI address;
  private final Path accessLog;

  private Nginx(Process process, URI address, Path accessLog) {
    this.process = process;
    this.address = address;
    this.accessLog = accessLog;
  }

  /** Lets the tests of a class run where nginx is installed. The build says so where it is not. */
  static final class Installed implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return executable().isPresent()
          ? ConditionEvaluationResult.enabled("there is an nginx")
          : ConditionEvaluationResult.disabled("tests with nginx skipped: no nginx on the path");
    }
  }

  private static Optional<Path> executable() {
    return Programs.find(List.of("nginx"), FOLDERS);
  }

  /**
   * Starts it and waits until it accepts connections.
   *
   * @param folder for its configuration, logs and temporary files
   */
  static Nginx start(Path folder, int onePort, int otherPort) throws IOException {
    int port = TestEnvironment.freePort();
    Files.createDirectories(folder);
    Map<String, String> replacements = new LinkedHashMap<>();
    replacements.put("10.0.0.11:8080", "127.0.0.1:" + onePort);
    replacements.put("10.0.0.12:8080", "127.0.0.1:" + otherPort);
    replacements.put("listen 80;", "listen 127.0.0.1:" + TestEnvironment.freePort() + ";");
    replacements.put("listen 443 ssl;", "listen 127.0.0.1:" + port + ";");
    replacements.put("ssl_certificate     /etc/ssl/school.example/fullchain.pem;", "");
    replacements.put("ssl_certificate_key /etc/ssl/school.example/privkey.pem;", "");
    replacements.put("/run/nginx.pid", folder.resolve("nginx.pid").toString());
    Path accessLog = folder.resolve("access.log");
    replacements.put("/var/log/nginx/access.log", accessLog.toString());
    replacements.put("http {", "http {\n" + temporaryFolders(folder));
    String text = Files.readString(FILE);
    for (Map.Entry<String, String> each : replacements.entrySet()) {
      text = replaceOnce(text, each.getKey(), each.getValue());
    }
    Path configuration = Files.writeString(folder.resolve("nginx.conf"), text);
    String asRoot = System.getProperty("user.name").equals("root") ? " user root;" : "";
    Process process =
        new ProcessBuilder(
                executable().orElseThrow().toString(),
                "-p",
                folder.toString(),
                "-c",
                configuration.toString(),
                "-g",
                "daemon off;" + asRoot)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("error.log").toFile())
            .start();
    Nginx nginx = new Nginx(process, URI.create("http://127.0.0.1:" + port + "/"), accessLog);
    await().atMost(Client.TIMEOUT).until(() -> accepts(port) || !process.isAlive());
    if (!process.isAlive()) {
      throw new IOException("nginx ended; see " + folder);
    }
    return nginx;
  }

  private static String temporaryFolders(Path folder) {
    StringBuilder lines = new StringBuilder();
    for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      lines.append(kind).append("_temp_path ").append(folder.resolve(kind)).append(";\n");
    }
    return lines.toString();
  }

  private static String replaceOnce(String text, String old, String replacement) {
    int at = text.indexOf(old);
    if (at < 0 || text.indexOf(old, at + 1) >= 0) {
      throw new AssertionError(FILE + " does not have '" + old + "' exactly once");
    }
    return text.replace(old, replacement);
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  URI address() {
    return address;
  }

  /** Whether the last request that is logged was answered by the server on this port. */
  boolean lastAnswered(int port) throws IOException {
    List<String> lines = Files.readAllLines(accessLog);
    return !lines.isEmpty() && lines.get(lines.size() - 1).endsWith(" 127.0.0.1:" + port);
  }

  @Override
  public void close() {
    process.destroy(); // its workers end with it
    process.onExit().orTimeout(Client.TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
  }
}
