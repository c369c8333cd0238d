package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.session.FakeWorkers;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.WebConnection;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A connection that the engine closes")
class LingeringConnectionTest {

  private static final byte[] TEXT = {(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, 'a'};
  private static final byte[] CLOSE = {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0};

  private final FakeWorkers workers = new FakeWorkers();
  private final Container container = new Container();
  private LingeringConnection connection;

  /** What the engine does when it reads, beside reading. */
  private Runnable engine = () -> {};

  private Consumer<Throwable> onError =
      error -> {
        throw new IllegalStateException(error);
      };

  @BeforeEach
  void start() throws IOException {
    connection = new LingeringConnection(container, 100, workers);
    ServletInputStream input = connection.getInputStream();
    input.setReadListener(
        new ReadListener() {
          @Override
          public void onDataAvailable() throws IOException {
            byte[] buffer = new byte[100];
            while (input.isReady()) {
              assertThat(input.read(buffer)).isNotNegative();
            }
            engine.run();
          }

          @Override
          public void onAllDataRead() {
            engine.run();
          }

          @Override
          public void onError(Throwable error) {
            onError.accept(error);
          }
        });
  }

  @Test
  @DisplayName("is closed when the client has answered, not before")
  void answered() throws IOException {
    connection.close();
    container.receives(TEXT);
    assertThat(closes()).isZero();
    container.receives(CLOSE);
    assertThat(container.closes).as("in the thread that reads").isZero();
    assertThat(closes()).isOne();
    workers.runLater();
    assertThat(closes()).isOne();
  }

  @Test
  @DisplayName("is closed when the client is gone")
  void gone() throws IOException {
    connection.close();
    container.listener().onAllDataRead();
    assertThat(closes()).isOne();
  }

  @Test
  @DisplayName("is closed when it has failed, whatever the engine makes of that")
  void failed() {
    connection.close();
    assertThatThrownBy(() -> container.listener().onError(new IOException("reset")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(closes()).isOne();
  }

  @Test
  @DisplayName("is closed after its time when the client says nothing")
  void silent() {
    connection.close();
    assertThat(workers.delays).containsExactly(Transports.LINGER);
    workers.runLater();
    assertThat(closes()).isOne();
  }

  @Test
  @DisplayName("is closed after the engine has read the client's close frame, not while it reads")
  void closedByClient() throws IOException {
    engine =
        () -> {
          connection.close();
          assertThat(closes()).as("while it reads").isZero();
        };
    container.receives(CLOSE);
    assertThat(closes()).isOne();
  }

  @Test
  @DisplayName("is closed at once when the client has sent its close frame before")
  void answeredBefore() throws IOException {
    container.receives(CLOSE);
    assertThat(closes()).isZero();
    connection.close();
    assertThat(closes()).isOne();
    connection.close();
    assertThat(closes()).isOne();
  }

  /** As Tyrus does, under its locks. */
  private static void frame(LingeringConnection connection) {
    try {
      connection.getOutputStream().write('f');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    connection.getOutputStream().flush();
  }

  @Test
  @DisplayName("is written to when the engine has read a piece, and when it has read all")
  void answersWhileReading() throws IOException {
    engine =
        () -> {
          frame(connection);
          assertThat(container.flushes).as("under the locks of the engine").isZero();
          assertThat(connection.getInputStream().isReady()).isFalse();
          assertThat(container.flushes).isOne();
          frame(connection);
        };
    container.receives(TEXT);
    assertThat(container.flushes).isEqualTo(2);
  }

  @Test
  @DisplayName("is not written to by a thread that reads what another client has sent")
  void threadOfAnother() throws IOException {
    Container others = new Container();
    LingeringConnection other = new LingeringConnection(others, 100, workers);
    List<SendResult> results = new ArrayList<>();
    engine =
        () -> {
          frame(other);
          other.flushOwed();
          other.flushOwed();
          other.flushAll();
          other.flush(results::add);
          assertThat(others.flushes).isZero();
          assertThat(results).isEmpty();
        };
    container.receives(TEXT);
    workers.runSoon();
    assertThat(others.flushes).isOne();
    assertThat(results).singleElement().matches(SendResult::isOK);
    frame(other);
    other.flushOwed();
    assertThat(others.flushes).as("by a thread that reads nothing").isEqualTo(2);
  }

  @Test
  @DisplayName("has what is left written before it is closed")
  void writtenBeforeClose() {
    frame(connection);
    connection.close();
    assertThat(container.flushes).as("perhaps under the locks of the engine").isZero();
    workers.runSoon();
    assertThat(container.flushes).isOne();
    frame(connection);
    container.onClose =
        () -> {
          assertThatThrownBy(() -> frame(connection)).isInstanceOf(UncheckedIOException.class);
          connection.close();
        };
    workers.runLater();
    workers.runSoon();
    assertThat(container.calls).containsExactly("flush", "flush", "close");
  }

  @Test
  @DisplayName("is not closed while one thread reads, though another has reported an error")
  void errorBesideReading() throws IOException {
    onError = error -> {};
    engine =
        () -> {
          engine = () -> {};
          connection.close();
          CompletableFuture.runAsync(() -> container.listener().onError(new IOException("reset")))
              .orTimeout(20, TimeUnit.SECONDS)
              .join();
          assertThat(closes()).as("while it reads").isZero();
        };
    container.receives(TEXT);
    assertThat(closes()).isOne();
  }

  @Test
  @DisplayName("asks nothing more of a container that has reported an error")
  void readsNothingAfterError() throws IOException {
    onError = error -> {};
    container.listener().onError(new IOException("reset"));
    container.bytes.add((byte) 0x81); // of another client, to which the container has given it
    assertThat(connection.getInputStream().isReady()).isFalse();
  }

  @Test
  @DisplayName("knows that it reads also after an error that it is told of while it reads")
  void errorWhileReading() throws IOException {
    Container others = new Container();
    LingeringConnection other = new LingeringConnection(others, 100, workers);
    engine =
        () -> {
          engine = () -> {};
          connection.close();
          container.listener().onError(new IOException("reset"));
          frame(other);
          other.flushOwed();
          assertThat(others.flushes).isZero();
          assertThat(closes()).as("while it reads").isZero();
        };
    onError = error -> {};
    container.receives(TEXT);
    assertThat(closes()).isOne();
    frame(other);
    other.flushOwed();
    assertThat(others.flushes).as("by a thread that reads nothing").isPositive();
  }

  @Test
  @DisplayName("is closed where it cannot be written to")
  void cannotBeWritten() {
    container.gone = true;
    frame(connection);
    connection.flushOwed();
    assertThat(closes()).isOne();
  }

  private int closes() {
    workers.runSoon();
    return container.closes;
  }

  /** What the container has: bytes of the client, and the connection itself. */
  private static final class Container extends ServletInputStream implements WebConnection {

    private final Queue<Byte> bytes = new ArrayDeque<>();
    private @Nullable ReadListener listener;
    private int closes;
    private int flushes;
    private final List<String> calls = new ArrayList<>();
    private boolean gone;

    /** What the engine does when the container ends it. */
    private Runnable onClose = () -> {};

    void receives(byte[] frame) throws IOException {
      for (byte b : frame) {
        bytes.add(b);
      }
      listener().onDataAvailable();
    }

    ReadListener listener() {
      return Objects.requireNonNull(listener);
    }

    @Override
    public ServletInputStream getInputStream() {
      return this;
    }

    @Override
    public ServletOutputStream getOutputStream() {
      return new NoOutput() {
        @Override
        public void flush() throws IOException {
          if (gone) {
            throw new IOException("gone");
          }
          flushes++;
          calls.add("flush");
        }
      };
    }

    @Override
    public void close() {
      closes++;
      calls.add("close");
      onClose.run();
    }

    @Override
    public int available() {
      return bytes.size();
    }

    @Override
    public int read() {
      return bytes.isEmpty() ? -1 : bytes.remove();
    }

    @Override
    public boolean isReady() {
      return !bytes.isEmpty();
    }

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      this.listener = listener;
    }
  }
}
