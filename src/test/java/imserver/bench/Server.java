package imserver.bench;

import imserver.server.Folders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in a process of its own, with a WAR as {@code /teaching}, seen from outside. */
final class Server implements AutoCloseable {

  /** The servers to choose from. */
  enum Product {
    TOMCAT_10("tomcat/teaching.war"),
    PAYARA_MICRO("teaching.war");

    private final String war;

    Product(String war) {
      this.war = war;
    }

    static Product of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** The product of this project, as this server takes it. */
    Path war(Path target) {
      return target.resolve(war);
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final Duration START = Duration.ofMinutes(2);
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");

  private final Process process;
  private final int port;
  private final GcLog collections;

  private Server(Process process, int port, GcLog collections) {
    this.process = process;
    this.port = port;
    this.collections = collections;
  }

  /** Starts one and waits until it lets a user in. */
  static Server start(
      Product product,
      Path war,
      Path target,
      String name,
      List<String> jvm,
      Map<String, String> environment)
      throws IOException {
    Path folder = target.resolve("bench").resolve(name + "-" + System.nanoTime());
    Files.createDirectories(folder);
    int port = freePort();
    Path log = folder.resolve("gc.log");
    List<String> command = new ArrayList<>();
    command.add(JAVA.resolve("java").toString());
    command.addAll(jvm);
    command.add("-Xlog:gc:file=" + log);
    Path servers = target.resolve("servers");
    command.addAll(
        switch (product) {
          case TOMCAT_10 -> tomcat(servers.resolve("tomcat-10"), folder, port, war);
          case PAYARA_MICRO -> payara(servers.resolve("payara-micro.jar"), folder, port, war);
        });
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile());
    builder.environment().putAll(environment);
    Server server = new Server(builder.start(), port, new GcLog(log));
    Runtime.getRuntime().addShutdownHook(new Thread(server.process::destroyForcibly));
    server.awaitStart(folder);
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static List<String> tomcat(Path home, Path folder, int port, Path war)
      throws IOException {
    Folders.copy(home.resolve("conf"), folder.resolve("conf"));
    Folders.edit(
        folder.resolve("conf/server.xml"),
        xml ->
            xml.replace(
                    "port=\"8080\"",
                    "port=\"%d\" address=\"127.0.0.1\" maxConnections=\"20000\"".formatted(port))
                .replace("port=\"8005\"", "port=\"-1\""));
    Files.createDirectories(folder.resolve("temp"));
    Files.createDirectories(folder.resolve("webapps"));
    Files.copy(war, folder.resolve("webapps/teaching.war"));
    return List.of(
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "-Dcatalina.home=" + home,
        "-Dcatalina.base=" + folder,
        "-Djava.io.tmpdir=" + folder.resolve("temp"),
        "-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager",
        "-Djava.util.logging.config.file=" + folder.resolve("conf/logging.properties"),
        "-cp",
        home.resolve("bin/bootstrap.jar") + ":" + home.resolve("bin/tomcat-juli.jar"),
        "org.apache.catalina.startup.Bootstrap",
        "start");
  }

  private static List<String> payara(Path jar, Path folder, int port, Path war) throws IOException {
    Path loopback =
        Files.writeString(
            folder.resolve("loopback.txt"),
            "set configs.config.server-config.network-config.network-listeners.network-listener.http-listener.address=127.0.0.1\n");
    return List.of(
        "-jar",
        jar.toString(),
        "--nohazelcast",
        "--disablephonehome",
        "--port",
        String.valueOf(port),
        "--prebootcommandfile",
        loopback.toString(),
        "--contextroot",
        "teaching",
        "--deploy",
        war.toString());
  }

  private void awaitStart(Path folder) throws IOException {
    long deadline = System.nanoTime() + START.toNanos();
    try (Loop loop = new Loop()) {
      while (true) {
        try {
          ClientSocket.open(loop, port, 1, (bytes, offset, length) -> {}).join();
          return;
        } catch (CompletionException e) {
          if (!process.isAlive() || System.nanoTime() > deadline) {
            close();
            throw new IOException("the server did not start; see " + folder, e);
          }
          Load.sleepUntil(System.nanoTime() + 200_000_000);
        }
      }
    }
  }

  int port() {
    return port;
  }

  GcLog collections() {
    return collections;
  }

  /** Processor time so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Bytes of live objects, after a full collection. */
  long liveBytes() throws IOException {
    Process jcmd =
        new ProcessBuilder(
                JAVA.resolve("jcmd").toString(),
                String.valueOf(process.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher total = Pattern.compile("Total +\\d+ +(\\d+)").matcher(output);
    if (!total.find()) {
      throw new IOException("no total in the answer of jcmd: " + output.lines().limit(5).toList());
    }
    return Long.parseLong(total.group(1));
  }

  /** Bytes of memory that the process occupies. */
  long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
