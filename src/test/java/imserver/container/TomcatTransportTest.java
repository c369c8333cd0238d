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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.apache.tomcat.util.net.SocketWrapperBase.CompletionState;
import org.apache.tomcat.websocket.WsRemoteEndpointAsync;
import org.apache.tomcat.websocket.WsSession;
import org.apache.tomcat.websocket.server.WsRemoteEndpointImplServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("On Tomcat")
class TomcatTransportTest {

  private final SocketWrapperBase socket = new SocketWrapperBase();
  private final WsRemoteEndpointImplServer endpoint = new WsRemoteEndpointImplServer(socket);
  private final RemoteEndpoint.Async remote = new WsRemoteEndpointAsync(endpoint);

  /** What was asked of the session beside its remote end. */
  private final List<String> calls = new ArrayList<>();

  /** What was reported: whether it was written. */
  private final List<Boolean> reports = new ArrayList<>();

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
                  default -> calls.add(method.getName());
                }
                return null;
              });

  private TomcatTransport transport(boolean writes) {
    return new TomcatTransport(session, internals(), writes);
  }

  private Internals internals() {
    Internals internals = engine.of(session);
    assertThat(internals).as("what is not public is found by its name").isNotNull();
    return internals;
  }

  private void report(SendResult result) {
    reports.add(result.isOK());
  }

  private String written() {
    return socket.written.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  @DisplayName("a packet is written as a frame at once, and reported within the call")
  void send() {
    transport(true).send("né", this::report);
    assertThat(written()).isEqualTo("\u0081\u0003n\u00c3\u00a9");
    assertThat(reports).containsExactly(true);
    assertThat(endpoint.isWriting()).isFalse();
  }

  @Test
  @DisplayName("packets that are gathered are reported as sent, and written in one write")
  void gathers() {
    TomcatTransport transport = transport(true);
    assertThat(transport.gather()).isTrue();
    transport.send("one", this::report);
    assertThat(transport.gather()).as("they may be announced again").isTrue();
    transport.send("two", this::report);
    assertThat(reports).containsExactly(true, true);
    assertThat(socket.writes).isZero();
    transport.flush(this::report);
    assertThat(written()).isEqualTo("\u0081\u0003one\u0081\u0003two");
    assertThat(socket.writes).isOne();
    assertThat(reports).hasSize(3);
    transport.send("three", this::report);
    assertThat(socket.writes).as("gathering has ended").isEqualTo(2);
  }

  @Test
  @DisplayName("the end of a write that the socket does not take at once is reported later")
  void pending() {
    socket.next = CompletionState.PENDING;
    transport(true).send("one", this::report);
    assertThat(reports).isEmpty();
    assertThat(endpoint.isWriting()).as("Tomcat's own frames wait").isTrue();
    socket.takeTheRest();
    assertThat(reports).containsExactly(true);
    assertThat(endpoint.isWriting()).isFalse();
  }

  @Test
  @DisplayName("while Tomcat writes a frame of its own packets wait for its end, in their order")
  void afterPong() {
    TomcatTransport transport = transport(true);
    endpoint.beginPong();
    transport.gather();
    transport.send("one", result -> {});
    transport.send("two", result -> {});
    transport.flush(this::report);
    assertThat(reports).isEmpty();
    assertThat(endpoint.started).isEmpty();
    assertThat(socket.writes).isZero();
    endpoint.endPong();
    assertThat(written()).isEqualTo("\u0081\u0003one\u0081\u0003two");
    assertThat(socket.writes).as("by us, so that they have their time").isOne();
    assertThat(endpoint.started).as("of Tomcat's buffer, with nothing").containsExactly("18 ");
    assertThat(reports).containsExactly(true);
    assertThat(endpoint.isWriting()).isFalse();
  }

  @Test
  @DisplayName(
      "packets that wait for a frame of Tomcat's are reported as lost where it closes then")
  void afterPongClosed() {
    TomcatTransport transport = transport(true);
    endpoint.beginPong();
    transport.send("one", this::report);
    endpoint.closeAfterNext();
    endpoint.endPong();
    assertThat(socket.writes).isZero();
    assertThat(reports).containsExactly(false);
    assertThat(endpoint.isWriting()).isFalse();
  }

  @Test
  @DisplayName(
      "packets that wait for a frame of Tomcat's are reported as lost where it breaks then")
  void afterPongBroken() {
    TomcatTransport transport = transport(true);
    endpoint.beginPong();
    transport.send("one", this::report);
    endpoint.breaks = true;
    endpoint.endPong();
    assertThat(socket.writes).isZero();
    assertThat(reports).containsExactly(false);
  }

  @Test
  @DisplayName("a fault of what hears the report is not taken for one of the connection")
  void reportFails() {
    TomcatTransport transport = transport(true);
    endpoint.beginPong();
    List<SendResult> heard = new ArrayList<>();
    transport.send(
        "one",
        result -> {
          heard.add(result);
          throw new IllegalArgumentException("a fault");
        });
    assertThatThrownBy(endpoint::endPong).hasRootCauseMessage("a fault");
    assertThat(heard).hasSize(1);
    assertThat(endpoint.ended).isFalse();
  }

  @Test
  @DisplayName("a ping that comes while a packet is being written follows it")
  void pingAfterPacket() {
    TomcatTransport transport = transport(true);
    socket.next = CompletionState.PENDING;
    transport.send("one", this::report);
    transport.ping();
    assertThat(endpoint.started).isEmpty();
    socket.takeTheRest();
    assertThat(endpoint.started).containsExactly("09 ");
    assertThat(endpoint.isWriting()).isFalse();
  }

  @Test
  @DisplayName("a write that fails ends the connection, and is reported")
  void failing() {
    socket.next = CompletionState.ERROR;
    transport(true).send("one", this::report);
    assertThat(reports).containsExactly(false);
    assertThat(endpoint.ended).isTrue();
    assertThat(endpoint.isWriting()).isFalse();
  }

  @Test
  @DisplayName("a frame that Tomcat has given up, but still writes, ends the connection")
  void givenUp() {
    socket.next = CompletionState.NOT_DONE;
    transport(true).send("one", this::report);
    assertThat(reports).containsExactly(false);
    assertThat(endpoint.ended).isTrue();
    assertThat(endpoint.isWriting()).isFalse();
    assertThat(socket.writeTimeout).as("what follows does not wait for ever").isEqualTo(700);
  }

  @Test
  @DisplayName("what follows a packet that was written in part goes to no client")
  void failingLater() {
    TomcatTransport transport = transport(true);
    socket.next = CompletionState.PENDING;
    transport.send("one", this::report);
    transport.ping();
    socket.failTheRest();
    assertThat(endpoint.started).containsExactly("09 , into the void");
    assertThat(reports).containsExactly(false);
  }

  @Test
  @DisplayName("nothing is written after a close frame: it is as where a session has ended")
  void afterClose() {
    TomcatTransport transport = transport(true);
    transport.gather();
    transport.send("one", result -> {});
    endpoint.sendClose();
    assertThatThrownBy(() -> transport.flush(this::report))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> transport.send("two", this::report))
        .isInstanceOf(IllegalStateException.class);
    assertThat(socket.writes).isZero();
    assertThat(reports).isEmpty();
    assertThat(endpoint.isWriting()).isFalse();
  }

  @Test
  @DisplayName("packets go the standard's way where that is configured, one by one")
  void standard() {
    TomcatTransport transport = transport(false);
    assertThat(transport.gather()).isFalse();
    assertThatThrownBy(() -> transport.send("one", this::report))
        .as("by the session's remote end, which is none here")
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(socket.writes).isZero();
  }

  @Test
  @DisplayName("a connector without useAsyncIO cannot be written to")
  void withoutAsyncIO() {
    assertThat(internals().canWrite(endpoint)).isTrue();
    socket.asyncIO = false;
    assertThat(internals().canWrite(endpoint)).isFalse();
  }

  @Test
  @DisplayName("a ping goes out as a frame without payload, which waits for nobody")
  void ping() {
    transport(true).ping();
    assertThat(endpoint.started).containsExactly("09 ");
  }

  @Test
  @DisplayName("a close is not preceded by a flush that would wait for the client")
  void close() throws IOException {
    TomcatTransport transport = transport(true);
    transport.gather();
    transport.send("one", this::report);
    transport.close(new CloseReason(CloseCodes.GOING_AWAY, "server stopping"), true);
    assertThat(calls).containsExactly("close");
    assertThat(socket.writes).isZero();
    assertThat(properties).as("Tomcat's 50 ms for a client that takes nothing").isEmpty();
  }

  @Test
  @DisplayName("the close frame of a client that takes what is written has half a second")
  void closeIsGivenTime() throws IOException {
    transport(true).close(new CloseReason(CloseCodes.GOING_AWAY, "server stopping"), false);
    assertThat(calls).containsExactly("close");
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
    endpoint.sendClose();
    assertThatThrownBy(() -> transport(true).ping())
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
