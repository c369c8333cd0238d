package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A writer of answers")
class ResponseWriterTest {

  private final Network network = new Network();
  private final byte[] answer = new byte[100_000];
  private int completed;
  private int ended;

  ResponseWriterTest() {
    new Random(1).nextBytes(answer);
  }

  private ResponseWriter writer() {
    return new ResponseWriter(network, answer, () -> completed++, () -> ended++);
  }

  @Test
  @DisplayName("writes while the client takes it, and completes when all has left")
  void whole() throws IOException {
    ResponseWriter writer = writer();
    int turns = 0;
    while (completed == 0 && turns++ < 100) {
      network.room = 1;
      writer.onWritePossible();
      assertThat(network.writtenWhileNotReady).isFalse();
    }
    assertThat(network.bytes.toByteArray()).isEqualTo(answer);
    assertThat(network.flushes).isEqualTo(1);
    network.room = 1;
    writer.onWritePossible();
    assertThat(completed).isEqualTo(1);
    assertThat(ended).isEqualTo(1);
  }

  @Test
  @DisplayName("neither writes nor completes after the time is over")
  void late() throws IOException {
    ResponseWriter writer = writer();
    network.room = 1;
    writer.onWritePossible();
    int before = network.bytes.size();
    assertThat(before).isPositive().isLessThan(answer.length);
    writer.onTimeout(null);
    network.room = 1000;
    writer.onWritePossible();
    assertThat(network.bytes.size()).isEqualTo(before);
    assertThat(completed).isZero();
    writer.onError(new IOException("cut"));
    assertThat(ended).isEqualTo(1);
  }

  /** A stream that is ready for so many writes. */
  private static final class Network extends ServletOutputStream {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int room;
    private int flushes;
    private boolean writtenWhileNotReady;

    @Override
    public boolean isReady() {
      return room > 0;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      writtenWhileNotReady |= room <= 0;
      room--;
      bytes.write(source, offset, length);
    }

    @Override
    public void flush() {
      writtenWhileNotReady |= room <= 0;
      room--;
      flushes++;
    }

    @Override
    public void write(int b) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setWriteListener(WriteListener listener) {}
  }
}
