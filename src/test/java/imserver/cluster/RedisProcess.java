package imserver.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import imserver.config.Configs;
import imserver.config.RedisUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** A Redis on loopback, in a process of its own that a test can kill or halt. */
public final class RedisProcess implements AutoCloseable {

  private final int port;
  private final String address;
  private final List<String> command;
  private final RedisUrl url;
  private final Path folder;
  private Process process;

  private RedisProcess(int port, String address, Path folder, List<String> command) {
    this.port = port;
    this.address = address;
    this.url = url(address);
    this.folder = folder;
    this.command = command;
  }

  /**
   * Starts one, and waits until it answers.
   *
   * @param login for the address, like {@code :secret@}; may be empty
   * @param options of the command line
   */
  static RedisProcess start(String scheme, String login, int port, String... options) {
    RedisProcess redis = prepare(scheme, login, port, options);
    redis.start();
    return redis;
  }

  /** The same on any port, without a login. */
  static RedisProcess startPlain() {
    return start("redis", "", freePort());
  }

  /** On any port, not started yet. */
  public static RedisProcess withPassword(String password) {
    return prepare("redis", ":" + password + "@", freePort(), "--requirepass", password);
  }

  /** A sentinel, which knows this one as {@code name}, and decides alone. */
  static RedisProcess sentinelOf(RedisProcess master, String name) {
    int port = freePort();
    try {
      Path folder = Files.createTempDirectory("sentinel");
      Path config = folder.resolve("sentinel.conf"); // which it writes anew
      Files.write(
          config,
          List.of(
              "port " + port,
              "bind 127.0.0.1",
              "dir " + folder,
              "sentinel monitor %s 127.0.0.1 %d 1".formatted(name, master.port),
              "sentinel down-after-milliseconds " + name + " 1000",
              "sentinel failover-timeout " + name + " 5000"));
      List<String> command =
          List.of(RedisInstalled.executable().orElseThrow() + "", config + "", "--sentinel");
      RedisProcess sentinel = new RedisProcess(port, "redis://127.0.0.1:" + port, folder, command);
      sentinel.start();
      return sentinel;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RedisProcess prepare(String scheme, String login, int port, String... options) {
    try {
      Path folder = Files.createTempDirectory("redis");
      List<String> command = new ArrayList<>();
      command.add(RedisInstalled.executable().orElseThrow().toString());
      command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--dir", folder.toString()));
      boolean tls = scheme.equals("rediss");
      command.addAll(List.of("--port", tls ? "0" : "" + port, "--tls-port", tls ? "" + port : "0"));
      command.addAll(Arrays.asList(options));
      String address = "%s://%s127.0.0.1:%d".formatted(scheme, login, port);
      return new RedisProcess(port, address, folder, command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RedisUrl url(String text) {
    return Configs.with("IMSERVER_REDIS_URL", text).server().redis();
  }

  /** Likely to be free, and so is the one 10,000 above, which belongs to a server of a cluster. */
  static int freePort() {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0)) {
        int port = 10_000 + socket.getLocalPort() % 12_000;
        try (ServerSocket one = new ServerSocket(port);
            ServerSocket other = new ServerSocket(port + 10_000)) {
          return one.getLocalPort();
        } catch (IOException e) { // another one, then
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  int port() {
    return port;
  }

  /** For the setting. */
  public String address() {
    return address;
  }

  RedisUrl url() {
    return url;
  }

  /** Again, or for the first time; what it knew is forgotten. */
  public void start() {
    launch();
    await()
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptionsInstanceOf(JedisConnectionException.class)
        .until(() -> process.isAlive() && "PONG".equals(text(Command.PING)));
  }

  /** Starts it and does not wait. */
  void launch() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL. */
  public void kill() {
    process.destroyForcibly();
    await().until(() -> !process.isAlive());
  }

  /** SIGSTOP. */
  void halt() {
    signal("STOP");
  }

  /** SIGCONT. */
  void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private RedisConnection open() {
    return new RedisConnector(url).open(url.hosts().get(0), Duration.ofSeconds(2));
  }

  /** The answer to a command, as a text. */
  String text(ProtocolCommand command, String... arguments) {
    try (RedisConnection connection = open()) {
      connection.write(command, List.of(arguments));
      Object answer = connection.getOne();
      return answer instanceof byte[] text ? new String(text, UTF_8) : String.valueOf(answer);
    }
  }

  /** How many channels of users there are of which somebody hears. */
  public int userChannels() {
    try (RedisConnection connection = open()) {
      connection.write(Command.PUBSUB, List.of("CHANNELS", "imserver:*:user:*"));
      return connection.getMultiBulkReply().size();
    }
  }

  /** Whether it says that. */
  boolean says(String part, ProtocolCommand command, String... arguments) {
    try {
      return text(command, arguments).contains(part);
    } catch (JedisException e) {
      return false;
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
