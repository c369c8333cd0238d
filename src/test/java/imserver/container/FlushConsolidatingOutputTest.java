package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An output that gathers")
class FlushConsolidatingOutputTest {

  private final List<String> calls = new ArrayList<>();
  private boolean broken;
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
              calls.add("listener");
            }
          });

  /** As Tyrus does. */
  private void frame(String text) throws IOException {
    output.write(text.getBytes(StandardCharsets.UTF_8));
    output.flush();
  }

  @Test
  @DisplayName("passes everything on where nothing is to be gathered")
  void passesOn() throws IOException {
    frame("a");
    frame("b");
    output.setWriteListener(null);
    assertThat(output.isReady()).isTrue();
    output.close();
    assertThat(calls).containsExactly("a", "flush", "b", "flush", "listener", "close");
  }

  @Test
  @DisplayName("flushes once what is gathered, reports it, and gathers no more")
  void gathers() throws IOException {
    List<SendResult> results = new ArrayList<>();
    output.gather();
    frame("a");
    frame("b");
    assertThat(calls).containsExactly("a", "b");
    output.flush(results::add);
    assertThat(calls).containsExactly("a", "b", "flush");
    assertThat(results).singleElement().matches(SendResult::isOK);
    frame("c");
    assertThat(calls).endsWith("c", "flush");
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
