package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An output that gathers")
class FlushConsolidatingOutputTest {

  private final List<String> calls = new ArrayList<>();
  private boolean broken;
  private @Nullable WriteListener writeListener;

  /** What happens while the container is writing. */
  private Runnable inFlush = () -> {};

  private final FlushConsolidatingOutput output =
      new FlushConsolidatingOutput(
          new ServletOutputStream() {
            @Override
            public void write(byte[] bytes, int from, int length) {
              calls.add(new String(bytes, from, length, StandardCharsets.UTF_8));
            }

            @Override
            public void write(int oneByte) {
              calls.add(Character.toString(oneByte));
            }

            @Override
            public void flush() throws IOException {
              if (broken) {
                throw new IOException("gone");
              }
              calls.add("flush");
              inFlush.run();
            }

            @Override
            public void close() {
              calls.add("close");
            }

            @Override
            public boolean isReady() {
              return !broken;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
              writeListener = listener;
            }
          },
          () -> calls.add("later"));

  /** As Tyrus does. */
  private void frame(String text) throws IOException {
    output.write(text.getBytes(StandardCharsets.UTF_8));
    output.flush();
  }

  @Test
  @DisplayName("writes what the engine has flushed when it is asked to, not before")
  void writesWhenAsked() throws IOException {
    frame("a");
    frame("b");
    assertThat(calls).isEmpty();
    output.flushOwed();
    output.flushOwed();
    assertThat(calls).containsExactly("ab", "flush");
    output.close();
    assertThat(calls).endsWith("close");
  }

  @Test
  @DisplayName("flushes once what is gathered, reports it, and gathers no more")
  void gathers() throws IOException {
    List<SendResult> results = new ArrayList<>();
    output.gather();
    frame("a");
    frame("b");
    output.flushOwed();
    assertThat(calls).isEmpty();
    output.flush(results::add);
    assertThat(calls).containsExactly("ab", "flush");
    assertThat(results).singleElement().matches(SendResult::isOK);
    frame("c");
    output.flushOwed();
    assertThat(calls).endsWith("c", "flush");
  }

  @Test
  @DisplayName("has nobody wait for a thread that writes, and writes what came meanwhile later")
  void severalThreads() throws IOException {
    Runnable another =
        () -> {
          try {
            frame("b");
            output.flushOwed();
            output.flushAll();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    inFlush =
        () -> {
          inFlush = () -> {};
          CompletableFuture.runAsync(another).orTimeout(20, TimeUnit.SECONDS).join();
          calls.add("returned");
        };
    frame("a");
    output.flushOwed();
    assertThat(calls).containsExactly("a", "flush", "returned", "later");
    output.flushOwed();
    assertThat(calls).endsWith("later", "b", "flush");
  }

  @Test
  @DisplayName("leaves to another thread what the engine writes when the container has room")
  void writePossible() throws IOException {
    output.setWriteListener(
        new WriteListener() {
          @Override
          public void onWritePossible() throws IOException {
            frame("queued");
          }

          @Override
          public void onError(Throwable error) {
            calls.add(String.valueOf(error.getMessage()));
          }
        });
    WriteListener listener = Objects.requireNonNull(writeListener);
    listener.onWritePossible();
    assertThat(calls).containsExactly("later");
    output.flushOwed();
    listener.onError(new IOException("gone"));
    assertThat(calls).containsExactly("later", "queued", "flush", "gone");
  }

  @Test
  @DisplayName("knows whether the client took more when the engine last asked")
  void backedUp() {
    assertThat(output.isBackedUp()).isFalse();
    broken = true;
    assertThat(output.isReady()).isFalse();
    assertThat(output.isBackedUp()).isTrue();
    broken = false;
    assertThat(output.isReady()).isTrue();
    assertThat(output.isBackedUp()).isFalse();
  }

  @Test
  @DisplayName("reports what cannot be written")
  void broken() throws IOException {
    List<SendResult> results = new ArrayList<>();
    output.gather();
    frame("a");
    broken = true;
    output.flush(results::add);
    assertThat(results)
        .singleElement()
        .satisfies(result -> assertThat(result.getException()).hasMessage("gone"));
  }
}
