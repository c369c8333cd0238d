package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An output that gathers")
class FlushConsolidatingOutputTest {

  private final List<String> calls = new ArrayList<>();
  private boolean gone;
  private boolean room = true;

  /** Of the output, which the container has been given. */
  private @Nullable WriteListener listener;

  /** What happens while the container is writing. */
  private Runnable inFlush = () -> {};

  private Runnable inWrite = () -> {};
  private Runnable inReady = () -> {};

  private final Queue<Runnable> later = new ArrayDeque<>();

  private final FlushConsolidatingOutput output =
      new FlushConsolidatingOutput(
          new ServletOutputStream() {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
              assertThat(room).as("else it would wait").isTrue();
              calls.add(new String(bytes, from, length, StandardCharsets.UTF_8));
              inWrite.run();
            }

            @Override
            public void write(int oneByte) {
              throw new UnsupportedOperationException();
            }

            @Override
            public void flush() throws IOException {
              if (gone) {
                throw new IOException("gone");
              }
              calls.add("flush");
              inFlush.run();
            }

            @Override
            public boolean isReady() {
              inReady.run();
              return room;
            }

            @Override
            public void setWriteListener(WriteListener writeListener) {
              listener = writeListener;
            }
          },
          later::add,
          () -> calls.add("failure"));

  /** As Tyrus does. */
  private void frame(String text) {
    try {
      output.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    output.flush();
  }

  private void runLater() {
    for (Runnable task = later.poll(); task != null; task = later.poll()) {
      task.run();
    }
  }

  /** Done while the container is writing, by another thread, which must not wait for that. */
  private void whileWriting(Runnable task) {
    inFlush =
        () -> {
          inFlush = () -> {};
          CompletableFuture.runAsync(task).orTimeout(20, TimeUnit.SECONDS).join();
          calls.add("written");
        };
  }

  @Test
  @DisplayName("writes what the engine has flushed when it is asked to, not before")
  void writesWhenAsked() {
    frame("a");
    frame("b");
    assertThat(calls).isEmpty();
    output.flushOwed();
    output.flushOwed();
    assertThat(calls).containsExactly("ab", "flush");
  }

  @Test
  @DisplayName("flushes once what is gathered, reports it, and gathers no more")
  void gathers() {
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
  @DisplayName("gathers anew also where another thread has written what was gathered")
  void gathersAnew() {
    output.gather();
    frame("a");
    output.flushAll();
    output.flushAll();
    output.gather();
    frame("b");
    output.flushOwed();
    assertThat(calls).containsExactly("a", "flush");
  }

  @Test
  @DisplayName("has nobody wait for a thread that writes, and writes what came meanwhile later")
  void severalThreads() {
    whileWriting(
        () -> {
          frame("b");
          output.flushOwed();
          output.flushAll();
        });
    frame("a");
    output.flushOwed();
    assertThat(calls).containsExactly("a", "flush", "written");
    runLater();
    assertThat(calls).endsWith("written", "b", "flush");
  }

  @Test
  @DisplayName("does not write where the container has no room, but when it has again")
  void noRoom() throws IOException {
    room = false;
    frame("a");
    output.flushOwed();
    output.flushAll();
    assertThat(calls).isEmpty();
    room = true;
    Objects.requireNonNull(listener).onWritePossible();
    assertThat(calls).as("under the lock of the container").isEmpty();
    runLater();
    assertThat(calls).containsExactly("a", "flush");
  }

  @Test
  @DisplayName("has the engine write what it has queued, without the lock of the container")
  void queued() throws IOException {
    WriteListener engine =
        new WriteListener() {
          @Override
          public void onWritePossible() {
            frame("queued");
          }

          @Override
          public void onError(Throwable error) {
            calls.add(String.valueOf(error.getMessage()));
          }
        };
    output.setWriteListener(engine);
    assertThat(calls).isEmpty();
    runLater(); // the container may have called just before
    assertThat(calls).containsExactly("queued", "flush");
    WriteListener container = Objects.requireNonNull(listener);
    container.onWritePossible();
    assertThat(calls).hasSize(2);
    runLater();
    assertThat(calls).hasSize(4).endsWith("queued", "flush");
    container.onError(new IOException("reset"));
    assertThat(calls).as("under the lock of the container").hasSize(4);
    runLater();
    assertThat(calls).endsWith("failure", "reset");
  }

  @Test
  @DisplayName("knows whether the client took more when the engine last asked")
  void backedUp() {
    assertThat(output.isBackedUp()).isFalse();
    room = false;
    assertThat(output.isReady()).isFalse();
    assertThat(output.isBackedUp()).isTrue();
    room = true;
    assertThat(output.isReady()).isTrue();
    assertThat(output.isBackedUp()).isFalse();
  }

  @Test
  @DisplayName("writes nothing after what could not be written, and says so")
  void broken() {
    List<SendResult> results = new ArrayList<>();
    output.gather();
    frame("a");
    gone = true;
    output.flush(results::add);
    output.flush(results::add);
    assertThat(results)
        .hasSize(2)
        .allSatisfy(result -> assertThat(result.getException()).hasMessage("gone"));
    runLater();
    assertThat(calls).containsExactly("a", "failure");
    gone = false;
    assertThatThrownBy(() -> frame("b")).hasRootCauseMessage("gone");
    output.flushAll();
    assertThat(calls).containsExactly("a", "failure");
  }

  @Test
  @DisplayName("drops what came while a write failed")
  void brokenMeanwhile() {
    whileWriting(
        () -> {
          frame("b");
          throw new IllegalStateException("cut");
        });
    frame("a");
    output.flushOwed();
    runLater();
    assertThat(calls).containsExactly("a", "flush", "failure");
  }

  @Test
  @DisplayName("asks nothing more of a container that has ended the connection")
  void abandoned() {
    frame("a");
    output.abandon();
    inReady =
        () -> {
          throw new IllegalStateException("another connection's");
        };
    assertThatThrownBy(() -> frame("b")).isInstanceOf(UncheckedIOException.class);
    assertThat(output.isReady()).as("so that frames fail, and are not queued for ever").isTrue();
    output.flushAll();
    output.end(() -> calls.add("end"));
    assertThat(calls).containsExactly("end");
  }

  @Test
  @DisplayName("waits for another thread that writes when the container ends the connection")
  void abandonedWhileWriting() {
    CompletableFuture<Void> abandoned = new CompletableFuture<>();
    inFlush =
        () -> {
          Thread other =
              new Thread(
                  () -> {
                    output.abandon();
                    calls.add("abandoned");
                    abandoned.complete(null);
                  });
          other.start();
          await().until(() -> other.getState() == Thread.State.TIMED_WAITING);
          calls.add("written");
        };
    frame("a");
    output.flushOwed();
    abandoned.orTimeout(20, TimeUnit.SECONDS).join();
    assertThat(calls).containsExactly("a", "flush", "written", "abandoned");
  }

  @Test
  @DisplayName("does not wait for itself where the container ends the connection in a write")
  void abandonedWithinWrite() {
    inWrite = output::abandon;
    frame("a");
    output.flushOwed();
    assertThat(calls).as("and asks for nothing more").containsExactly("a");
  }

  @Test
  @DisplayName(
      "has the engine wait where too much is left to another thread, until that has written")
  void full() throws IOException {
    List<String> asked = new ArrayList<>();
    output.setWriteListener(
        new WriteListener() {
          @Override
          public void onWritePossible() {
            asked.add("asked");
          }

          @Override
          public void onError(Throwable error) {}
        });
    runLater();
    asked.clear();
    output.gather();
    frame("a".repeat(FlushConsolidatingOutput.MOST));
    assertThat(output.isReady()).isFalse();
    assertThat(output.isBackedUp()).isTrue();
    runLater();
    assertThat(calls).hasSize(2).endsWith("flush");
    assertThat(asked).isNotEmpty();
    assertThat(output.isReady()).isTrue();
  }

  @Test
  @DisplayName("is closed where the container cannot write")
  void error() throws IOException {
    frame("a");
    Objects.requireNonNull(listener).onError(new IOException("reset"));
    output.flushOwed();
    assertThat(calls).isEmpty();
    runLater();
    assertThat(calls).containsExactly("failure");
  }

  @Test
  @DisplayName("takes a container that fails when it is asked for room as one that has ended")
  void askedTooLate() {
    frame("a");
    inReady =
        () -> {
          throw new IllegalStateException("recycled");
        };
    output.flushOwed();
    inReady = () -> {};
    assertThatThrownBy(() -> frame("b")).hasRootCauseMessage("recycled");
    output.flushAll();
    runLater();
    assertThat(calls).containsExactly("failure");
  }

  @Test
  @DisplayName("has a frame fail, and not queued, where the question for room fails")
  void engineAsksTooLate() {
    inReady =
        () -> {
          throw new IllegalStateException("recycled");
        };
    assertThat(output.isReady()).isTrue();
    assertThatThrownBy(() -> frame("a")).hasRootCauseMessage("recycled");
  }

  @Test
  @DisplayName("ends after what was left, and writes nothing after that")
  void end() {
    output.gather();
    frame("a");
    output.end(() -> calls.add("end"));
    assertThat(calls).containsExactly("a", "flush", "end");
    assertThatThrownBy(() -> frame("b")).isInstanceOf(UncheckedIOException.class);
    output.flushAll();
    runLater();
    assertThat(calls).containsExactly("a", "flush", "end");
  }

  @Test
  @DisplayName("ends when another thread has written, and what came meanwhile is written too")
  void endWhileWriting() {
    whileWriting(
        () -> {
          frame("b");
          output.end(() -> calls.add("end"));
        });
    frame("a");
    output.flushOwed();
    assertThat(calls).containsExactly("a", "flush", "written");
    runLater();
    assertThat(calls).endsWith("written", "b", "flush", "end");
  }

  @Test
  @DisplayName("ends also where the container has no room, or the client is gone")
  void endWithoutRoom() {
    frame("a");
    room = false;
    output.end(() -> calls.add("end"));
    assertThat(calls).containsExactly("end");
  }
}
