package imserver.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Servers of the product on one database, which tell each other of what they store. */
final class ServerGroup implements AutoCloseable {

  /** More than a server needs to be noticed, or to hear again what it missed. */
  private static final Duration TOGETHER = Duration.ofSeconds(60);

  private static final Duration ANSWER = Duration.ofSeconds(5);

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String tables;
  private final List<Server> servers = new ArrayList<>();
  private long sent;

  /** With no server yet, on a database that nobody else uses. */
  ServerGroup(String tables) {
    this.tables = tables;
  }

  /** Adds a server that was started on the database; it is closed with this. */
  void add(Server server) {
    servers.add(server);
  }

  /** The name of the database. */
  String tables() {
    return tables;
  }

  int size() {
    return servers.size();
  }

  List<Integer> ports() {
    return servers.stream().map(Server::port).toList();
  }

  /** Notes that so many more messages were sent. */
  void sent(long messages) {
    sent += messages;
  }

  /** How many messages were sent in all. */
  long sent() {
    return sent;
  }

  /** Processor time of all servers so far. */
  Duration cpu() {
    return servers.stream().map(Server::cpu).reduce(Duration.ZERO, Duration::plus);
  }

  /** Waits until each server knows all the others and hears them. */
  void awaitTogether() throws IOException {
    String wanted = "\"servers\":%d,\"bus\":\"up\"".formatted(size());
    long deadline = System.nanoTime() + TOGETHER.toNanos();
    for (int port : ports()) {
      String health = health(port);
      while (!health.contains(wanted)) {
        if (System.nanoTime() > deadline) {
          throw new IOException("not " + wanted + " within " + TOGETHER + ": " + health);
        }
        Load.sleepUntil(System.nanoTime() + 100_000_000);
        health = health(port);
      }
    }
  }

  private static String health(int port) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/teaching/api/health"))
            .timeout(ANSWER)
            .build();
    try {
      return HTTP.send(request, BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    servers.forEach(Server::close);
  }
}
