package imserver.server;

import static org.awaitility.Awaitility.await;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client of protocol 2: sends commands, and keeps what it is told. */
final class CommandClient implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final List<JsonObject> received = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private WebSocket socket;

  private CommandClient() {}

  /** Connects in open mode, and waits for the welcome. */
  static CommandClient connect(URI server, Object user) {
    return connect(server, user, "imserver.v2", "imserver.v1");
  }

  /** The same with subprotocols of the test's own. */
  static CommandClient connect(URI server, Object user, String first, String... others) {
    CommandClient client = new CommandClient();
    client.socket =
        HTTP.newWebSocketBuilder()
            .connectTimeout(TIMEOUT)
            .subprotocols(first, others)
            .buildAsync(Client.address(server, user), client.new Listener())
            .join();
    client.await("welcome");
    return client;
  }

  /** A command to send a message. */
  static String send(String id, long to, String content, String clientMessageId) {
    return Json.createObjectBuilder()
        .add("op", "send")
        .add("id", parse("{\"id\":" + id + "}").get("id"))
        .add("to", Long.toString(to))
        .add("content", content)
        .add("clientMessageId", clientMessageId)
        .build()
        .toString();
  }

  private static JsonObject parse(String text) {
    try (JsonReader reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    }
  }

  String subprotocol() {
    return socket.getSubprotocol();
  }

  CommandClient send(String text) {
    socket.sendText(text, true).orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    return this;
  }

  /**
   * Sends a command, and waits for its answer.
   *
   * @param id its name, as JSON
   */
  JsonObject command(String id, String text) {
    int before = received.size();
    send(text);
    return first(before, said -> said.containsKey("id") && said.get("id").toString().equals(id));
  }

  /** Everything so far. */
  List<JsonObject> received() {
    return received;
  }

  /** What was said with one {@code op}. */
  List<JsonObject> received(String op) {
    return received.stream().filter(said -> said.getString("op").equals(op)).toList();
  }

  /** Waits for the first with this {@code op}. */
  JsonObject await(String op) {
    return await(said -> said.getString("op").equals(op));
  }

  /** Waits for the event of a message with this text. */
  JsonObject awaitMessage(String content) {
    return await(
        said ->
            said.getString("op").equals("message") && said.getString("content").equals(content));
  }

  /** Waits for the first that fits. */
  JsonObject await(Predicate<JsonObject> wanted) {
    return first(0, wanted);
  }

  private JsonObject first(int from, Predicate<JsonObject> wanted) {
    return org.awaitility.Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> received.stream().skip(from).filter(wanted).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  /** Waits until the server closes the connection, with which code. */
  int closeCode() {
    return closed.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    if (!closed.isDone()) {
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").exceptionally(e -> null).join();
      socket.abort();
    }
  }

  private final class Listener implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        received.add(parse(text.toString()));
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      closed.complete(1006);
    }
  }
}
