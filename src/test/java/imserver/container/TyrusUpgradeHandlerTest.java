package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.session.FakeWorkers;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.glassfish.tyrus.FakeEngine;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An upgrade")
class TyrusUpgradeHandlerTest {

  private static final int LIMIT = 100;

  /** The engine of another container, which makes its own handlers. */
  public static final class OtherEngine implements HttpUpgradeHandler {

    /** For the container. */
    public OtherEngine() {}

    @Override
    public void init(WebConnection connection) {}

    @Override
    public void destroy() {}
  }

  /** What the container was asked to upgrade to. */
  private final List<HttpUpgradeHandler> upgraded = new ArrayList<>();

  private final HttpServletRequest request =
      (HttpServletRequest)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {HttpServletRequest.class},
              (proxy, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("upgrade");
                Class<?> type = (Class<?>) arguments[0];
                upgraded.add((HttpUpgradeHandler) type.getConstructor().newInstance());
                return upgraded.get(0);
              });

  private FakeEngine upgrade() throws Exception {
    return TyrusUpgradeHandler.upgrade(request, FakeEngine.class, LIMIT, new FakeWorkers());
  }

  @Test
  @DisplayName("to another engine than Tyrus is the container's alone")
  void otherEngine() throws Exception {
    OtherEngine engine =
        TyrusUpgradeHandler.upgrade(request, OtherEngine.class, LIMIT, new FakeWorkers());
    assertThat(upgraded).containsExactly(engine);
  }

  @Test
  @DisplayName("to Tyrus puts our handler before it, and hands Tyrus's back to be set up")
  void tyrus() throws Exception {
    FakeEngine engine = upgrade();
    assertThat(upgraded.get(0)).isInstanceOf(TyrusUpgradeHandler.class);
    upgraded.get(0).init(new Container());
    assertThat(engine.connection).isInstanceOf(LingeringConnection.class);
    assertThat(engine.ends).isZero();
    upgraded.get(0).destroy();
    assertThat(engine.ends).isOne();
  }

  @Test
  @DisplayName(
      "has written what Tyrus writes while it opens, and nothing once the container ends it")
  void writes() throws Exception {
    FakeEngine engine = upgrade();
    Container container = new Container();
    engine.onInit =
        () -> {
          write(engine, 'o');
          assertThat(container.written).as("by the engine itself").isZero();
        };
    upgraded.get(0).init(container);
    assertThat(container.written).isOne();
    upgraded.get(0).destroy();
    assertThatThrownBy(() -> write(engine, 'd')).isInstanceOf(UncheckedIOException.class);
    assertThat(container.written).isOne();
  }

  private static void write(FakeEngine engine, int frame) {
    try {
      engine.connection.getOutputStream().write(frame);
      engine.connection.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @DisplayName("shows its connection to the thread that opens the session, only then")
  void opening() throws Exception {
    FakeEngine engine = upgrade();
    List<LingeringConnection> seen = new ArrayList<>();
    engine.onInit = () -> seen.add(TyrusUpgradeHandler.opening());
    upgraded.get(0).init(new Container());
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0)).isSameAs(engine.connection);
    assertThat(TyrusUpgradeHandler.opening()).isNull();
  }

  @Test
  @DisplayName("shows it no longer where the session could not be opened")
  void openingFails() throws Exception {
    upgrade().onInit =
        () -> {
          throw new IllegalStateException("refused");
        };
    assertThatThrownBy(() -> upgraded.get(0).init(new Container())).hasMessage("refused");
    assertThat(TyrusUpgradeHandler.opening()).isNull();
  }

  @Test
  @DisplayName("keeps frames over the limit from Tyrus")
  void limit() throws Exception {
    FakeEngine engine = upgrade();
    upgraded.get(0).init(new Container());
    byte[] buffer = new byte[2000];
    ServletInputStream input = engine.connection.getInputStream();
    int count = input.read(buffer, 0, buffer.length);
    assertThat(count).isPositive();
    assertThat(buffer[0]).as("a close frame in place of the text").isEqualTo((byte) 0x88);
    assertThat((buffer[6] & 0xff) << 8 | buffer[7] & 0xff).isEqualTo(1009);
  }

  /** Has a text of 1,000 bytes, masked. */
  private static final class Container extends ServletInputStream implements WebConnection {

    private final byte[] frame = new byte[8 + 1000];
    private int position;
    private int written;

    Container() {
      frame[0] = (byte) 0x81;
      frame[1] = (byte) (0x80 | 126);
      frame[2] = 1000 >> 8;
      frame[3] = (byte) 1000;
    }

    @Override
    public ServletInputStream getInputStream() {
      return this;
    }

    @Override
    public ServletOutputStream getOutputStream() {
      return new NoOutput() {
        @Override
        public void write(byte[] bytes, int from, int length) {
          written += length;
        }
      };
    }

    @Override
    public void close() {}

    @Override
    public int available() {
      return frame.length - position;
    }

    @Override
    public int read() {
      return position == frame.length ? -1 : frame[position++] & 0xff;
    }

    @Override
    public boolean isReady() {
      return available() > 0;
    }

    @Override
    public boolean isFinished() {
      return available() == 0;
    }

    @Override
    public void setReadListener(ReadListener listener) {}
  }
}
