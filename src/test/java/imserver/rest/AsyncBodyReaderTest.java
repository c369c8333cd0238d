package imserver.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A reader of bodies")
class AsyncBodyReaderTest {

  private final Network network = new Network();
  private final List<RequestBody> bodies = new ArrayList<>();
  private int ended;

  private AsyncBodyReader reader(boolean keep) {
    return new AsyncBodyReader(network, keep, bodies::add, () -> ended++);
  }

  @Test
  @DisplayName("tells of a body when all of it has arrived, in whatever pieces, and once")
  void whole() throws IOException {
    AsyncBodyReader reader = reader(true);
    for (String piece : List.of("he", "llo", "")) {
      network.arrives(piece.getBytes(UTF_8));
      reader.onDataAvailable();
      assertThat(bodies).isEmpty();
    }
    reader.onAllDataRead();
    reader.onAllDataRead();
    reader.onTimeout(null);
    assertThat(bodies).hasSize(1);
    assertThat(bodies.get(0).bytes()).asString(UTF_8).isEqualTo("hello");
    assertThat(bodies.get(0).complete()).isTrue();
    assertThat(bodies.get(0).problem()).isNull();
    assertThat(bodies.get(0).unreadStatus()).isZero();
    assertThat(ended).isEqualTo(1);
  }

  @Test
  @DisplayName("tells of a body that does not arrive in time, and reads no more of it")
  void late() throws IOException {
    AsyncBodyReader reader = reader(true);
    network.arrives("{".getBytes(UTF_8));
    reader.onDataAvailable();
    reader.onTimeout(null);
    network.arrives("}".getBytes(UTF_8));
    reader.onDataAvailable();
    reader.onAllDataRead();
    assertThat(bodies).hasSize(1);
    assertThat(bodies.get(0).bytes()).isEmpty();
    assertThat(bodies.get(0).unreadStatus()).isEqualTo(408);
    assertThat(ended).isEqualTo(1);
  }

  @Test
  @DisplayName("tells of one that is too large when it has ended")
  void tooLarge() throws IOException {
    AsyncBodyReader reader = reader(true);
    network.arrives(new byte[BodyText.MAX_BYTES + 1]);
    reader.onDataAvailable();
    assertThat(bodies).isEmpty();
    reader.onAllDataRead();
    assertThat(bodies.get(0).problem().status()).isEqualTo(413);
    assertThat(bodies.get(0).unreadStatus()).isZero();
  }

  @Test
  @DisplayName("does not wait for the end of one that is larger still")
  void endless() throws IOException {
    AsyncBodyReader reader = reader(true);
    network.arrives(new byte[3 * BodyText.MAX_BYTES]);
    reader.onDataAvailable();
    assertThat(bodies).hasSize(1);
    assertThat(bodies.get(0).unreadStatus()).isEqualTo(413);
    assertThat(network.left()).as("read no further").isPositive();
  }

  @Test
  @DisplayName("keeps nothing of what is to be dropped")
  void dropped() throws IOException {
    AsyncBodyReader reader = reader(false);
    network.arrives(new byte[BodyText.MAX_BYTES + 1]);
    reader.onDataAvailable();
    reader.onAllDataRead();
    assertThat(bodies.get(0).bytes()).isEmpty();
    assertThat(bodies.get(0).problem()).isNull();
    assertThat(bodies.get(0).orRefused(Problem.timeout()).problem()).isNotNull();
  }

  @Test
  @DisplayName("tells nobody where the connection breaks, and ends")
  void broken() throws IOException {
    AsyncBodyReader reader = reader(true);
    reader.onError(new IOException("reset"));
    reader.onTimeout(null);
    assertThat(bodies).isEmpty();
    assertThat(ended).isEqualTo(1);
  }

  /** A stream that is ready while there is something in it. */
  private static final class Network extends ServletInputStream {

    private byte[] bytes = {};
    private int position;

    void arrives(byte[] more) {
      bytes = more;
      position = 0;
    }

    int left() {
      return bytes.length - position;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = Math.min(length, left());
      System.arraycopy(bytes, position, target, offset, count);
      position += count;
      return count;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public boolean isReady() {
      return left() > 0;
    }

    @Override
    public void setReadListener(ReadListener listener) {}
  }
}
