package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A WebSocket client that keeps what it receives. */
public final class Client implements AutoCloseable {

  static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
  }

  private final List<Packet> received = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private volatile String closeReason = "";
  private volatile Consumer<Packet> onAnswer = packet -> {};
  private WebSocket socket;

  private Client() {}

  /**
   * Connects with a credential in the path, and waits until the server knows the connection: a
   * handshake is answered before, by which much can pass on a busy machine.
   */
  public static Client connect(URI server, Object credential) {
    return connect(server, credential, builder -> {});
  }

  /** Connects, with headers or subprotocols of the test's own. */
  static Client connect(URI server, Object credential, Consumer<WebSocket.Builder> options) {
    Client client = new Client();
    WebSocket.Builder builder = HTTP.newWebSocketBuilder().connectTimeout(TIMEOUT);
    options.accept(builder);
    client.socket = builder.buildAsync(address(server, credential), client.new Listener()).join();
    client.socket.sendPing(ByteBuffer.allocate(0)); // no frame is read before it was opened
    client.opened.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    return client;
  }

  /** The status with which a handshake is refused. */
  static int refusal(URI server, Object credential) {
    return refusal(server, credential, builder -> {});
  }

  /** The same, with headers of the test's own. */
  static int refusal(URI server, Object credential, Consumer<WebSocket.Builder> options) {
    try (Client client = connect(server, credential, options)) {
      throw new AssertionError("let in: " + client.socket.getSubprotocol());
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }

  /** Where the socket of a user is. */
  public static URI address(URI server, Object credential) {
    return URI.create(
        "ws://" + server.getHost() + ":" + server.getPort() + "/teaching/imserver/" + credential);
  }

  /** Sends a text frame. */
  public Client send(String text) {
    socket.sendText(text, true).orTimeout(20, TimeUnit.SECONDS).join();
    return this;
  }

  /** Sends part of a text message. */
  Client sendPart(String text) {
    socket.sendText(text, false).orTimeout(20, TimeUnit.SECONDS).join();
    return this;
  }

  /** Sends a binary frame. */
  void sendBinary(byte[] bytes) {
    socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
  }

  /** Has each success and failure passed on, from now on. */
  void onAnswer(Consumer<Packet> listener) {
    onAnswer = listener;
  }

  /** All packets so far. */
  List<Packet> received() {
    return received;
  }

  /** The messages so far. */
  List<Packet> messages() {
    return received.stream().filter(Packet::isMessage).toList();
  }

  /** The texts of the messages so far. */
  public List<String> contents() {
    return messages().stream().map(Packet::content).toList();
  }

  /** Waits for the first packet that fits. */
  Packet await1(Predicate<Packet> wanted) {
    return await()
        .atMost(TIMEOUT)
        .until(() -> received.stream().filter(wanted).findFirst(), java.util.Optional::isPresent)
        .orElseThrow();
  }

  /** Waits for the answer to the request with this timestamp. */
  Packet answer(String timestamp) {
    return await1(packet -> !packet.isMessage() && packet.timestamp().equals(timestamp));
  }

  /** Waits for the first message. */
  Packet firstMessage() {
    return await1(Packet::isMessage);
  }

  /** Waits for a message with this text. */
  Packet message(String content) {
    return await1(packet -> packet.isMessage() && packet.content().equals(content));
  }

  /** Waits until that many messages are there. */
  List<Packet> messages(int count) {
    await()
        .atMost(TIMEOUT)
        .untilAsserted(() -> assertThat(messages()).hasSizeGreaterThanOrEqualTo(count));
    return messages();
  }

  /** Waits until the server closes the connection, with which code. */
  int closeCode() {
    return closed.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** And with which words; the failure where it just broke off. */
  String closeReason() {
    closeCode();
    return closeReason;
  }

  boolean isOpen() {
    return !closed.isDone();
  }

  String subprotocol() {
    return socket.getSubprotocol();
  }

  @Override
  public void close() {
    if (isOpen()) {
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").exceptionally(e -> null).join();
      socket.abort();
    }
  }

  private final class Listener implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        Packet packet = Packet.parse(text.toString());
        text.setLength(0);
        received.add(packet);
        if (!packet.isMessage()) {
          onAnswer.accept(packet);
        }
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer data) {
      opened.complete(null);
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      ended(code, reason);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      ended(1006, error.toString());
    }

    private void ended(int code, String reason) {
      closeReason = reason;
      closed.complete(code);
      opened.complete(null);
    }
  }
}
