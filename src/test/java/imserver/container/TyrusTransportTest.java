package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.session.FakeWorkers;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.WebConnection;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("On Tyrus")
class TyrusTransportTest {

  /** Held by the engine while it writes, as Tyrus does. */
  private final Object lock = new Object();

  private final FakeWorkers workers = new FakeWorkers();
  private final List<String> written = new ArrayList<>();
  private final List<SendResult> results = new ArrayList<>();

  /** The handlers that the engine has kept. */
  private final List<SendHandler> kept = new ArrayList<>();

  private boolean keeps;
  private LingeringConnection connection;
  private TyrusTransport transport;

  @BeforeEach
  void start() throws IOException {
    connection = new LingeringConnection(new Container(), 100, workers);
    transport = new TyrusTransport(session(), connection, true);
  }

  private Session session() {
    RemoteEndpoint.Async remote =
        proxy(
            RemoteEndpoint.Async.class,
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "sendText" -> send((String) arguments[0], (SendHandler) arguments[1]);
                case "sendPing" -> frame("ping");
                default -> throw new UnsupportedOperationException(method.getName());
              }
              return null;
            });
    return proxy(
        Session.class,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "getAsyncRemote" -> remote;
              case "close" -> {
                frame("close");
                yield null;
              }
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            TyrusTransportTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private void send(String packet, SendHandler handler) throws IOException {
    synchronized (lock) {
      if (keeps) {
        kept.add(handler);
      } else {
        frame(packet);
        handler.onResult(new SendResult());
      }
    }
  }

  private void frame(String text) throws IOException {
    synchronized (lock) {
      connection.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      connection.getOutputStream().flush();
    }
  }

  /** What the container has; it must not be called under the lock of the engine. */
  private final class Container implements WebConnection {

    @Override
    public ServletInputStream getInputStream() {
      return new NoInput();
    }

    @Override
    public ServletOutputStream getOutputStream() {
      return new NoOutput() {
        @Override
        public void write(byte[] bytes, int from, int length) {
          assertThat(Thread.holdsLock(lock)).isFalse();
          written.add(new String(bytes, from, length, StandardCharsets.UTF_8));
        }

        @Override
        public void flush() {
          assertThat(Thread.holdsLock(lock)).isFalse();
        }
      };
    }

    @Override
    public void close() {
      assertThat(Thread.holdsLock(lock)).isFalse();
    }
  }

  @Test
  @DisplayName("a packet is written when the engine has returned, and reported once")
  void packet() {
    transport.send("a", results::add);
    assertThat(written).containsExactly("a");
    assertThat(results).singleElement().matches(SendResult::isOK);
    workers.runSoon();
    assertThat(results).hasSize(1);
  }

  @Test
  @DisplayName("packets that are gathered are written together")
  void gathered() {
    assertThat(transport.gather()).isTrue();
    transport.send("a", results::add);
    transport.send("b", results::add);
    assertThat(written).isEmpty();
    transport.flush(results::add);
    assertThat(written).containsExactly("ab");
    assertThat(results).hasSize(3);
  }

  @Test
  @DisplayName("a ping and a close frame are written, the latter with what was gathered")
  void control() throws IOException {
    transport.ping();
    assertThat(written).containsExactly("ping");
    transport.gather();
    transport.send("a", results::add);
    transport.close(new CloseReason(CloseCodes.NORMAL_CLOSURE, ""), false);
    assertThat(written).containsExactly("ping", "aclose");
  }

  @Test
  @DisplayName("what the engine reports later is passed on without its locks")
  void reportedLater() {
    keeps = true;
    SendHandler next =
        result -> {
          assertThat(Thread.holdsLock(lock)).isFalse();
          results.add(result);
        };
    transport.send("a", next);
    transport.send("b", next);
    synchronized (lock) {
      kept.get(0).onResult(new SendResult());
    }
    CompletableFuture.runAsync(
            () -> {
              synchronized (lock) {
                kept.get(1).onResult(new SendResult());
              }
            })
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
    assertThat(results).isEmpty();
    workers.runSoon();
    assertThat(results).hasSize(2);
  }
}
