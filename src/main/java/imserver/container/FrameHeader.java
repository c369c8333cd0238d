package imserver.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * The header of a frame from a client (RFC 6455, section 5.2) without its mask: opcode and length.
 * It is read piece by piece, as it comes. For one thread.
 */
final class FrameHeader {

  static final int CONTINUATION = 0x00;
  static final int CLOSE = 0x08;
  static final int PING = 0x09;

  /** The bytes of a mask, which follow the header where the frame is masked. */
  static final int MASK = 4;

  private static final int SHORTEST = 2;
  private static final int LENGTH_IN_16_BITS = 126;
  private static final int LENGTH_IN_64_BITS = 127;
  private static final int OPCODE = 0x0f;

  private final ByteBuffer bytes = ByteBuffer.allocate(SHORTEST + Long.BYTES);

  /** Reads of what is missing as much as {@code in} has; returns how much, or -1 at its end. */
  int readFrom(InputStream in) throws IOException {
    int count = in.read(bytes.array(), bytes.position(), size() - bytes.position());
    if (count > 0) {
      bytes.position(bytes.position() + count);
    }
    return count;
  }

  boolean isComplete() {
    return bytes.position() == size();
  }

  /** As far as it is known by now. */
  private int size() {
    if (bytes.position() < SHORTEST) {
      return SHORTEST;
    }
    return switch (lengthCode()) {
      case LENGTH_IN_16_BITS -> SHORTEST + Short.BYTES;
      case LENGTH_IN_64_BITS -> SHORTEST + Long.BYTES;
      default -> SHORTEST;
    };
  }

  private int lengthCode() {
    return bytes.get(1) & 0x7f;
  }

  /** Of a complete header. */
  int opcode() {
    return bytes.get(0) & OPCODE;
  }

  /** Of a complete header. */
  boolean isMasked() {
    return bytes.get(1) < 0;
  }

  /** The length of the payload in bytes, of a complete header; unsigned. */
  long length() {
    return switch (lengthCode()) {
      case LENGTH_IN_16_BITS -> bytes.getChar(2);
      case LENGTH_IN_64_BITS -> bytes.getLong(2);
      default -> lengthCode();
    };
  }

  /** The bytes as they came. */
  ByteBuffer copy() {
    return ByteBuffer.wrap(bytes.array().clone(), 0, bytes.position());
  }

  /** Begins with the next frame. */
  void clear() {
    bytes.clear();
  }
}
