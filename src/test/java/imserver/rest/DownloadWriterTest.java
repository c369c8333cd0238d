package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Writing a file to a client")
class DownloadWriterTest {

  private static final int PIECE = 64 * 1024;

  private final List<String> ends = new ArrayList<>();

  /** How many more pieces the client takes. */
  private int taken;

  private long written;

  private final ServletOutputStream out =
      new ServletOutputStream() {
        @Override
        public boolean isReady() {
          return taken > 0;
        }

        @Override
        public void setWriteListener(WriteListener listener) {}

        @Override
        public void write(int b) {
          throw new AssertionError("byte by byte");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
          written += length;
          taken--;
        }

        @Override
        public void flush() {}
      };

  private DownloadWriter writer(long length) {
    return new DownloadWriter(
        out,
        (offset, target, count) -> CompletableFuture.completedFuture(count),
        new ByteRange(0, length),
        () -> ends.add("complete"),
        () -> ends.add("broken off"),
        () -> ends.add("end"));
  }

  @Test
  @DisplayName("ends when the client has all of it")
  void all() throws IOException {
    taken = 100;
    writer(5 * PIECE + 1).onWritePossible();
    assertThat(written).isEqualTo(5 * PIECE + 1);
    assertThat(ends).containsExactly("end", "complete");
  }

  @Test
  @DisplayName("breaks off where the client takes nothing for half a minute")
  void idle() throws IOException {
    DownloadWriter writer = writer(5 * PIECE);
    writer.onWritePossible();
    writer.watch();
    writer.watch();
    assertThat(ends).isEmpty();
    writer.watch();
    assertThat(ends).containsExactly("end", "broken off");
  }

  @Test
  @DisplayName("breaks off where the client takes little for long, and not where it takes more")
  void slow() throws IOException {
    DownloadWriter writer = writer(100 * PIECE);
    int watches = 0;
    for (; ends.isEmpty(); watches++) {
      taken = 1 - watches % 2; // 64 KiB in 20 s
      writer.onWritePossible();
      writer.watch();
    }
    assertThat(ends).containsExactly("end", "broken off");
    assertThat(watches).isEqualTo(166); // a minute, and what 4 KiB a second need
    ends.clear();
    DownloadWriter quicker = writer(100 * PIECE);
    for (int i = 0; i < 100; i++) {
      taken = 1; // 64 KiB in 10 s
      quicker.onWritePossible();
      quicker.watch();
    }
    taken = 1;
    quicker.onWritePossible();
    assertThat(ends).containsExactly("end", "complete");
  }
}
