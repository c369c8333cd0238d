package imserver.soak;

import imserver.server.ServerProcess;
import imserver.server.ServerProduct;
import imserver.server.TestEnvironment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server that ends and comes back at the same address, with its link to the database. */
final class Node implements AutoCloseable {

  private final String name;
  private final ServerProduct product;
  private final Path folder;
  private final int port;
  private final Link link;
  private final Map<String, String> settings = new HashMap<>();
  private volatile @Nullable ServerProcess process;

  Node(
      String name,
      ServerProduct product,
      Path folder,
      int databasePort,
      Map<String, String> settings)
      throws IOException {
    this.name = name;
    this.product = product;
    this.folder = folder;
    this.port = TestEnvironment.freePort();
    this.link = new Link(databasePort);
    this.settings.putAll(settings);
    this.settings.put("IMSERVER_DB_URL", Postgres.url(link.port()));
    this.settings.put("IMSERVER_REPLAY_LIMIT", "1000000");
  }

  /** Starts it and waits until it answers. */
  void start() throws IOException {
    process = ServerProcess.start(product, port, folder, settings);
  }

  /** SIGKILL. */
  void kill() {
    process().kill();
  }

  /** SIGTERM, and waits until it has ended. */
  void stop() {
    process().stop();
  }

  /** SIGSTOP: it does nothing until {@link #resume}. */
  void suspend() throws IOException {
    Signals.send("STOP", process().pid());
  }

  /** SIGCONT. */
  void resume() throws IOException {
    Signals.send("CONT", process().pid());
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  Link link() {
    return link;
  }

  Path log() {
    return folder.resolve("server.log");
  }

  private ServerProcess process() {
    return Optional.ofNullable(process).orElseThrow();
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public void close() throws IOException {
    ServerProcess last = process;
    if (last != null) {
      last.close();
    }
    link.close();
  }
}
