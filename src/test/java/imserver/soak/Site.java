package imserver.soak;

import imserver.cluster.RedisProcess;
import imserver.server.Api;
import imserver.server.ServerProduct;
import imserver.server.TestEnvironment;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Three servers, two kinds of them, on one PostgreSQL, and perhaps a Redis. */
final class Site implements AutoCloseable {

  private final Path folder = TestEnvironment.folder("soak-" + System.nanoTime());
  private final Postgres postgres;
  private final @Nullable RedisProcess redis;
  private final List<Node> nodes;

  /**
   * Starts all of them and waits until they answer.
   *
   * @param onRedis whether the servers hear each other by a Redis
   */
  Site(boolean onRedis) throws IOException {
    postgres = new Postgres(folder.resolve("postgres"));
    redis = onRedis ? RedisProcess.withPassword("hidden") : null;
    if (redis != null) {
      redis.start();
    }
    nodes =
        List.of(
            node("tomcat-1", ServerProduct.TOMCAT_10, 1),
            node("payara-2", ServerProduct.PAYARA_MICRO, 2),
            node("tomcat-3", ServerProduct.TOMCAT_10, 4));
    try {
      CompletableFuture.allOf(
              nodes.stream()
                  .map(node -> CompletableFuture.runAsync(() -> start(node)))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    } catch (CompletionException e) {
      close();
      throw new IOException(e);
    }
  }

  private Node node(String name, ServerProduct product, int lanes) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("IMSERVER_LANES", String.valueOf(lanes));
    if (redis != null) {
      settings.put("IMSERVER_REDIS_URL", redis.address());
    }
    return new Node(name, product, folder.resolve(name), postgres.port(), settings);
  }

  private static void start(Node node) {
    try {
      node.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Postgres postgres() {
    return postgres;
  }

  List<Node> nodes() {
    return nodes;
  }

  Path folder() {
    return folder;
  }

  /** What a server says of itself; why it does not where it does not. */
  static String health(Node node) {
    try {
      JsonObject health = new Api(node.address(), 1).get("api/health").json();
      return "%s, servers %d, bus %s"
          .formatted(health.getString("status"), health.getInt("servers"), health.getString("bus"));
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  /** What each says where all is well. */
  String wellHealth() {
    return "up, servers %d, bus up".formatted(nodes.size());
  }

  @Override
  public void close() throws IOException {
    for (Node node : nodes) {
      node.close();
    }
    if (redis != null) {
      redis.close();
    }
    postgres.close();
  }
}
