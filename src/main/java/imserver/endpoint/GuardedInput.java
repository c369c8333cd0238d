package imserver.endpoint;

import imserver.packet.CloseCode;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The frames of a client (RFC 6455, section 5.2) up to the first that is over the limit or not
 * masked, which no client may send (section 5.1). In its place comes a close frame as if the client
 * had sent it, which the engine answers with the same code; then nothing more.
 *
 * <p>The frame itself is read and dropped first: to close while a client is still writing would
 * reset its connection, and it would never read the code. Not without bound, however.
 *
 * <p>A header is held back until it is complete. So {@link #read(byte[], int, int)} may return 0,
 * unlike its contract, where the container has no more for now.
 */
final class GuardedInput extends ServletInputStream {

  /** How much of a frame is read only to drop it. */
  static final long PATIENCE = 64L << 20;

  private static final int LENGTH_IN_16_BITS = 126;
  private static final int LENGTH_IN_64_BITS = 127;
  private static final int MASK = 4;
  private static final int PROTOCOL_ERROR = 1002; // section 7.4.1

  private final ServletInputStream in;
  private final int maxFrame;

  /** Opcode and length of a frame; its mask counts as payload here. */
  private final ByteBuffer header = ByteBuffer.allocate(2 + Long.BYTES);

  /** What is to be handed on before anything else is read. */
  private ByteBuffer ready = ByteBuffer.allocate(0);

  /** How much is to be read before the next header. */
  private long payload;

  private boolean dropping;
  private boolean masked;

  GuardedInput(ServletInputStream in, int maxFrame) {
    this.in = in;
    this.maxFrame = maxFrame;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.wrap(bytes, offset, length);
    boolean more = true;
    while (more) {
      if (ready.hasRemaining()) {
        handOn(target);
      } else if (!(payload > 0 ? readPayload(target) : readHeader())) {
        return target.position() > offset ? target.position() - offset : -1;
      }
      more = target.hasRemaining() && (ready.hasRemaining() || in.available() > 0);
    }
    return target.position() - offset;
  }

  private void handOn(ByteBuffer target) {
    while (ready.hasRemaining() && target.hasRemaining()) {
      target.put(ready.get());
    }
  }

  /** Returns whether there was anything to read. */
  private boolean readPayload(ByteBuffer target) throws IOException {
    int most = (int) Math.min(target.remaining(), payload);
    int count = in.read(target.array(), target.arrayOffset() + target.position(), most);
    if (count < 0) {
      return false;
    }
    payload -= count;
    if (!dropping) {
      target.position(target.position() + count);
    } else if (payload == 0) {
      end();
    }
    return true;
  }

  /** Returns whether there was anything to read. */
  private boolean readHeader() throws IOException {
    int missing = headerLength() - header.position();
    int count = in.read(header.array(), header.position(), missing);
    if (count < 0) {
      return false;
    }
    header.position(header.position() + count);
    if (header.position() == headerLength()) {
      startFrame();
      header.clear();
    }
    return true;
  }

  private int headerLength() {
    if (header.position() < 2) {
      return 2;
    }
    return switch (lengthCode()) {
      case LENGTH_IN_16_BITS -> 2 + Short.BYTES;
      case LENGTH_IN_64_BITS -> 2 + Long.BYTES;
      default -> 2;
    };
  }

  private int lengthCode() {
    return header.get(1) & 0x7f;
  }

  private void startFrame() {
    long length =
        switch (lengthCode()) {
          case LENGTH_IN_16_BITS -> header.getChar(2);
          case LENGTH_IN_64_BITS -> header.getLong(2);
          default -> lengthCode();
        };
    masked = header.get(1) < 0;
    dropping = !masked || Long.compareUnsigned(length, maxFrame) > 0;
    payload = Long.compareUnsigned(length, PATIENCE) > 0 ? PATIENCE : length;
    payload += masked ? MASK : 0;
    if (!dropping) {
      ready = ByteBuffer.wrap(header.array().clone(), 0, header.position());
    } else if (payload == 0) {
      end();
    }
  }

  private void end() {
    CloseCode tooLarge = CloseCode.FRAME_TOO_LARGE;
    if (masked) {
      close(tooLarge.code(), tooLarge.reason());
    } else {
      close(PROTOCOL_ERROR, "frame is not masked");
    }
  }

  private void close(int code, String why) {
    byte[] reason = why.getBytes(StandardCharsets.US_ASCII);
    int length = Short.BYTES + reason.length;
    ready =
        ByteBuffer.allocate(2 + MASK + length)
            .put((byte) 0x88)
            .put((byte) (0x80 | length))
            .putInt(0) // a mask that changes nothing
            .putShort((short) code)
            .put(reason)
            .flip();
    payload = Long.MAX_VALUE; // of the frame that is dropped, which goes on for ever
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = 0;
    while (count == 0) {
      count = read(one, 0, 1);
    }
    return count < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int available() throws IOException {
    return ready.remaining() + in.available();
  }

  @Override
  public boolean isReady() {
    return ready.hasRemaining() || in.isReady();
  }

  @Override
  public boolean isFinished() {
    return !ready.hasRemaining() && in.isFinished();
  }

  @Override
  public void setReadListener(ReadListener listener) {
    in.setReadListener(listener);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
