package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.container.TomcatEngine.Internals;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.tomcat.websocket.WsRemoteEndpointAsync;
import org.apache.tomcat.websocket.WsRemoteEndpointImplBase;
import org.apache.tomcat.websocket.WsSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("On Tomcat")
class TomcatTransportTest {

  private final WsRemoteEndpointImplBase endpoint = new WsRemoteEndpointImplBase();
  private final RemoteEndpoint.Async remote = new WsRemoteEndpointAsync(endpoint);

  /** What was asked of the session beside its remote end; with a close whether it was batching. */
  private final List<String> calls = new ArrayList<>();

  /** The session's user properties, of which Tomcat reads its bounds. */
  private final Map<String, Object> properties = new HashMap<>();

  private boolean closed;
  private final TomcatEngine engine = new TomcatEngine();

  private final WsSession session =
      (WsSession)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {WsSession.class},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "getAsyncRemote" -> {
                    return remote;
                  }
                  case "isClosed" -> {
                    return closed;
                  }
                  case "getUserProperties" -> {
                    return properties;
                  }
                  case "close" -> calls.add("close, batching " + endpoint.isBatching());
                  default -> calls.add(method.getName());
                }
                return null;
              });

  private TomcatTransport transport(boolean gathers) {
    Internals internals = engine.of(session);
    assertThat(internals).as("what is not public is found by its name").isNotNull();
    return new TomcatTransport(session, internals, gathers);
  }

  @Test
  @DisplayName(
      "packets are gathered from the first on, and written by a frame that waits for nobody")
  void gathers() {
    TomcatTransport transport = transport(true);
    List<SendResult> results = new ArrayList<>();
    assertThat(endpoint.isBatching()).isFalse();
    assertThat(transport.gather()).isTrue();
    assertThat(endpoint.isBatching()).isTrue();
    transport.flush(results::add);
    assertThat(endpoint.started).containsExactly("18 of no bytes, batching false");
    assertThat(endpoint.isBatching()).as("a pong that comes now is written at once").isFalse();
    assertThat(results).hasSize(1);
  }

  @Test
  @DisplayName("packets are written one by one where that is configured")
  void gathersNot() {
    assertThat(transport(false).gather()).isFalse();
    assertThat(endpoint.isBatching()).isFalse();
  }

  @Test
  @DisplayName("a ping goes out as a frame without payload, which waits for nobody")
  void ping() {
    transport(true).ping();
    assertThat(endpoint.started).containsExactly("09 of 0 bytes, batching false");
  }

  @Test
  @DisplayName("a close is not preceded by a flush that would wait for the client")
  void close() throws IOException {
    TomcatTransport transport = transport(true);
    transport.gather();
    transport.close(new CloseReason(CloseCodes.GOING_AWAY, "server stopping"), true);
    assertThat(calls).containsExactly("close, batching false");
    assertThat(endpoint.started).isEmpty();
    assertThat(properties).as("Tomcat's 50 ms for a client that takes nothing").isEmpty();
  }

  @Test
  @DisplayName("the close frame of a client that takes what is written has half a second")
  void closeIsGivenTime() throws IOException {
    transport(true).close(new CloseReason(CloseCodes.GOING_AWAY, "server stopping"), false);
    assertThat(calls).containsExactly("close, batching false");
    assertThat(properties)
        .containsExactly(
            Map.entry("org.apache.tomcat.websocket.ABNORMAL_SESSION_CLOSE_SEND_TIMEOUT", 500L));
  }

  @Test
  @DisplayName(
      "a connection is cut by the check of the time that the client had, until it is closed")
  void abort() {
    TomcatTransport transport = transport(true);
    assertThat(transport.hasEnded()).isFalse();
    transport.abort();
    assertThat(calls).containsExactly("checkCloseTimeout");
    closed = true;
    assertThat(transport.hasEnded()).isTrue();
  }

  @Test
  @DisplayName("what Tomcat throws is an IllegalStateException, as it is where a session has ended")
  void ended() {
    TomcatTransport transport = transport(true);
    transport.gather();
    endpoint.failure = new IllegalStateException("closed");
    assertThatThrownBy(() -> transport.flush(result -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("closed");
  }

  @Nested
  @DisplayName("the engine")
  class Engine {

    @Test
    @DisplayName("is looked through once, at the first connection")
    void once() {
      assertThat(engine.of(session)).isSameAs(engine.of(session)).isNotNull();
    }

    @Test
    @DisplayName("is another one where the remote end is not Tomcat's, also for later connections")
    void another() {
      RemoteEndpoint.Async other = proxy(RemoteEndpoint.Async.class, null);
      Session otherSession = proxy(Session.class, other);
      assertThat(engine.of(otherSession)).isNull();
      assertThat(engine.of(session)).as("a server has one engine").isNull();
    }

    private static <T> T proxy(Class<T> type, @Nullable Object answer) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> answer));
    }
  }
}
