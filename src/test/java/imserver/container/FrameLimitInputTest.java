package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.CloseCode;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The frame limit")
class FrameLimitInputTest {

  private static final int LIMIT = 70_000;
  private static final int TEXT = 0x81;
  private static final int FIN = 0x80;
  private static final int CONTINUATION = 0;
  private static final int PING = 0x89;
  private static final int CLIENTS_CLOSE = 0x88;
  private static final int MASKED = 0x80;

  /** What the engine is to see of a frame over the limit. */
  private static final byte[] CLOSE =
      bytes(
          new byte[] {(byte) 0x88, (byte) (MASKED | 17), 0, 0, 0, 0, 1009 >> 8, (byte) 1009},
          CloseCode.FRAME_TOO_LARGE.reason().getBytes(StandardCharsets.US_ASCII));

  /** And of one that is not masked. */
  private static final byte[] NOT_MASKED =
      bytes(
          new byte[] {(byte) 0x88, (byte) (MASKED | 21), 0, 0, 0, 0, 1002 >> 8, (byte) 1002},
          "frame is not masked".getBytes(StandardCharsets.US_ASCII));

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, LIMIT})
  @DisplayName("hands on frames up to the limit as they are, of a length of")
  void upToTheLimit(int length) throws IOException {
    byte[] frames =
        bytes(frame(TEXT, MASKED, length), frame(TEXT, MASKED, length), frame(PING, MASKED, 4));
    assertThat(through(frames, frames.length, 8192)).isEqualTo(frames);
  }

  @Test
  @DisplayName("hands on the same wherever the network cuts")
  void cutAnywhere() throws IOException {
    byte[] good =
        bytes(
            frame(TEXT, MASKED, 5),
            frame(TEXT, MASKED, 300),
            frame(TEXT, MASKED, 66_000),
            frame(PING, MASKED, 0));
    byte[] all = bytes(good, frame(TEXT, MASKED, LIMIT + 1), frame(TEXT, MASKED, 5));
    for (int part : new int[] {1, 2, 3, 5, 7, 13, 1000, all.length}) {
      for (int buffer : new int[] {1, 2, 9, 4096, all.length}) {
        assertThat(through(all, part, buffer))
            .as("parts of %d, read by %d", part, buffer)
            .isEqualTo(bytes(good, CLOSE));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {1024, 65_535, 65_536, 1 << 20})
  @DisplayName(
      "replaces the frame that is a byte over the limit, and all that follows, at a limit of")
  void overTheLimit(int limit) throws IOException {
    byte[] good = frame(TEXT, MASKED, limit);
    byte[] all = bytes(good, frame(TEXT, MASKED, limit + 1), good);
    assertThat(through(all, 8192, 8192, limit)).isEqualTo(bytes(good, CLOSE));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {0, 1, 126, 65_536, LIMIT, LIMIT + 1})
  @DisplayName("replaces the frame that is not masked, and all that follows, of a length of")
  void notMasked(int length) throws IOException {
    byte[] good = frame(TEXT, MASKED, 5);
    byte[] all = bytes(good, frame(TEXT, 0, length), good);
    for (int part : new int[] {1, 1000, all.length}) {
      assertThat(through(all, part, 8192)).isEqualTo(bytes(good, NOT_MASKED));
    }
  }

  @Test
  @DisplayName("hands on nothing of a header before it is complete, and then does not wait")
  void incompleteHeader() throws IOException {
    byte[] header = header(TEXT, MASKED, LIMIT + 1);
    for (int cut = 0; cut < header.length; cut++) {
      assertThat(through(Arrays.copyOf(header, cut), 1, 4096)).as("the first %d", cut).isEmpty();
    }
    assertThat(through(header, 1, 4096)).isEqualTo(CLOSE);
  }

  @Test
  @DisplayName("leaves pings out while the client takes no pongs, wherever the network cuts")
  void pings() throws IOException {
    byte[] text = frame(TEXT, MASKED, 5);
    byte[] all =
        bytes(
            text,
            frame(PING, MASKED, 125),
            frame(TEXT & ~FIN, MASKED, 3),
            frame(PING, MASKED, 0),
            frame(CONTINUATION | FIN, MASKED, 3),
            frame(PING, MASKED, 1));
    byte[] rest = bytes(text, frame(TEXT & ~FIN, MASKED, 3), frame(CONTINUATION | FIN, MASKED, 3));
    for (int part : new int[] {1, 2, 7, all.length}) {
      assertThat(
              readAll(
                  new FrameLimitInput(
                      new Network(all, part, 0), LIMIT, () -> {}, () -> {}, () -> true),
                  8192))
          .as("parts of %d", part)
          .isEqualTo(rest);
    }
  }

  @Test
  @DisplayName("refuses a client that goes on pinging and takes no pongs, with 4508")
  void tooManyPings() throws IOException {
    byte[] pings = new byte[0];
    for (int i = 0; i < FrameLimitInput.MAX_PINGS_LEFT_OUT; i++) {
      pings = bytes(pings, frame(PING, MASKED, 1));
    }
    byte[] text = frame(TEXT, MASKED, 5);
    byte[] most = bytes(pings, text);
    byte[] tooMany = bytes(most, frame(PING, MASKED, 1), text);
    assertThat(readAll(pingedBy(most), 8192)).isEqualTo(text);
    byte[] read = readAll(pingedBy(tooMany), 8192);
    assertThat(read).startsWith(text);
    assertThat(ByteBuffer.wrap(read).getChar(text.length + 6)).isEqualTo((char) 4508);
  }

  private static FrameLimitInput pingedBy(byte[] frames) {
    return new FrameLimitInput(new Network(frames, 100, 0), LIMIT, () -> {}, () -> {}, () -> true);
  }

  @Test
  @DisplayName("counts the frames of a message together, and not the pings between them")
  void parts() throws IOException {
    byte[] most =
        bytes(
            frame(TEXT & ~FIN, MASKED, LIMIT - 2),
            frame(PING, MASKED, 125),
            frame(CONTINUATION, MASKED, 1));
    byte[] fits = bytes(most, frame(CONTINUATION | FIN, MASKED, 1));
    byte[] twice = bytes(fits, fits);
    assertThat(through(twice, twice.length, 8192)).isEqualTo(twice);
    byte[] tooLong = bytes(most, frame(CONTINUATION, MASKED, 2), frame(TEXT, MASKED, 5));
    assertThat(through(tooLong, 1000, 8192)).isEqualTo(bytes(most, CLOSE));
  }

  @Test
  @DisplayName("is not drained while a client that was refused still writes, up to its close frame")
  void drainedByClose() throws IOException {
    byte[] refused = bytes(frame(TEXT, MASKED, LIMIT + 1), frame(TEXT, MASKED, 300));
    byte[] answer = bytes(refused, frame(CLIENTS_CLOSE, MASKED, 2));
    assertThat(drainedAfter(refused.length, refused, 10_000)).isFalse();
    assertThat(drainedAfter(answer.length - 1, answer, 0)).isFalse();
    assertThat(drainedAfter(answer.length, answer, 10_000)).isTrue();
  }

  @Test
  @DisplayName("is drained when the client that was refused is gone, or writes without end")
  void drainedByEnd() throws IOException {
    byte[] refused = frame(TEXT, MASKED, LIMIT + 1);
    assertThat(drainedAfter(refused.length, refused, 0)).isTrue();
    assertThat(drainedAfter(FrameLimitInput.MAX_DROPPED_BYTES + LIMIT, refused, 1L << 40)).isTrue();
  }

  @Test
  @DisplayName("is drained by the close frame of a client of which nothing was refused")
  void clientCloses() throws IOException {
    byte[] frames = bytes(frame(TEXT, MASKED, LIMIT), frame(CLIENTS_CLOSE, MASKED, 2));
    assertThat(drainedAfter(frames.length - 1, frames, 0)).isFalse();
    assertThat(drainedAfter(frames.length, frames, 0)).isTrue();
  }

  @Test
  @DisplayName("hands nothing on when told to drop, in the middle of a frame too, up to the close")
  void drop() throws IOException {
    byte[] frames =
        bytes(
            frame(TEXT, MASKED, 300),
            frame(TEXT, MASKED, LIMIT + 1),
            frame(CLIENTS_CLOSE, MASKED, 2));
    FrameLimitInput input =
        new FrameLimitInput(new Network(frames, 100, 0), LIMIT, () -> {}, () -> {}, () -> false);
    byte[] buffer = new byte[100];
    assertThat(input.read(buffer)).isPositive();
    input.drop();
    assertThat(readAll(input, 8192)).isEmpty();
    assertThat(input.isDrained()).isTrue();
  }

  private static boolean drainedAfter(long count, byte[] sent, long zeros) throws IOException {
    Network network = new Network(sent, 1, zeros);
    FrameLimitInput input = new FrameLimitInput(network, LIMIT, () -> {}, () -> {}, () -> false);
    byte[] buffer = new byte[8192];
    while (network.at < count) {
      assertThat(input.read(buffer)).isNotNegative();
    }
    return input.isDrained();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, FrameLimitInput.MAX_DROPPED_BYTES + 1})
  @DisplayName("does not wait for the end of a frame of an absurd length:")
  void absurd(long length) throws IOException {
    byte[] header = header(TEXT, MASKED, length);
    Network network = new Network(header, 8192, FrameLimitInput.MAX_DROPPED_BYTES + (1 << 20));
    assertThat(
            readAll(new FrameLimitInput(network, LIMIT, () -> {}, () -> {}, () -> false), 65_536))
        .isEqualTo(CLOSE);
    assertThat(network.available()).as("read to the end").isZero();
  }

  @Test
  @DisplayName("says that it is ready while it holds something back")
  void ready() throws IOException {
    byte[] frame = frame(TEXT, MASKED, 3);
    FrameLimitInput input =
        new FrameLimitInput(
            new Network(Arrays.copyOf(frame, 2), 2, 0), LIMIT, () -> {}, () -> {}, () -> false);
    assertThat(input.read()).isEqualTo(TEXT);
    assertThat(input.isReady()).isTrue();
    assertThat(input.isFinished()).isFalse();
    assertThat(input.available()).isEqualTo(1);
    assertThat(input.read()).isEqualTo(MASKED | 3);
    assertThat(input.isReady()).isFalse();
    assertThat(input.isFinished()).isTrue();
    assertThat(input.read()).isEqualTo(-1);
  }

  private static byte[] through(byte[] sent, int part, int buffer) throws IOException {
    return through(sent, part, buffer, LIMIT);
  }

  private static byte[] through(byte[] sent, int part, int buffer, int limit) throws IOException {
    return readAll(
        new FrameLimitInput(new Network(sent, part, 0), limit, () -> {}, () -> {}, () -> false),
        buffer);
  }

  /** Reads as an engine does. */
  private static byte[] readAll(FrameLimitInput input, int size) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] buffer = new byte[size];
    while (input.isReady()) {
      int count = input.read(buffer);
      assertThat(count).isNotNegative();
      read.write(buffer, 0, count);
    }
    assertThat(input.isFinished()).isTrue();
    assertThat(input.read(buffer)).isEqualTo(-1);
    return read.toByteArray();
  }

  private static byte[] frame(int opcode, int masked, int length) {
    byte[] payload = new byte[length + (masked == 0 ? 0 : 4)];
    Arrays.fill(payload, (byte) 0xff); // would be a long frame if taken for a header
    return bytes(header(opcode, masked, length), payload);
  }

  private static byte[] header(int opcode, int masked, long length) {
    ByteBuffer header = ByteBuffer.allocate(10).put((byte) opcode);
    if (length >= 0 && length < 126) {
      header.put((byte) (masked | length));
    } else if (length >= 0 && length < 65_536) {
      header.put((byte) (masked | 126)).putChar((char) length);
    } else {
      header.put((byte) (masked | 127)).putLong(length);
    }
    return Arrays.copyOf(header.array(), header.position());
  }

  private static byte[] bytes(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Bytes that come in parts, and zeros after them. */
  private static final class Network extends ServletInputStream {

    private final byte[] bytes;
    private final int part;
    private final long length;
    private long at;

    Network(byte[] bytes, int part, long zeros) {
      this.bytes = bytes;
      this.part = part;
      this.length = bytes.length + zeros;
    }

    /** What is left of the part that has come; the next comes when this one is read. */
    private int come;

    @Override
    public boolean isReady() {
      if (come == 0) {
        come = (int) Math.min(part, length - at);
      }
      return come > 0;
    }

    @Override
    public int available() {
      return come;
    }

    @Override
    public int read(byte[] target, int offset, int most) {
      if (!isReady()) {
        return -1;
      }
      int count = Math.min(most, come);
      for (int i = 0; i < count; i++, at++) {
        target[offset + i] = at < bytes.length ? bytes[(int) at] : 0;
      }
      come -= count;
      return count;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isFinished() {
      return at == length;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
