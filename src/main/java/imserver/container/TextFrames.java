package imserver.container;

import java.nio.ByteBuffer;
import java.util.List;

/** Writes the frames of texts as a server does, each in one and without a mask (RFC 6455, 5.2). */
final class TextFrames {

  private static final byte FINAL_TEXT = (byte) 0x81;
  private static final byte LENGTH_IN_16_BITS = 126;
  private static final byte LENGTH_IN_64_BITS = 127;
  private static final int LONGEST_HEADER = 2 + Long.BYTES;

  private TextFrames() {}

  /**
   * The frames after each other.
   *
   * @param texts in UTF-8
   */
  static ByteBuffer of(List<byte[]> texts) {
    int size = 0;
    for (byte[] text : texts) {
      size = Math.addExact(size, LONGEST_HEADER + text.length);
    }
    ByteBuffer frames = ByteBuffer.allocate(size);
    for (byte[] text : texts) {
      frames.put(FINAL_TEXT);
      if (text.length < LENGTH_IN_16_BITS) {
        frames.put((byte) text.length);
      } else if (text.length <= Character.MAX_VALUE) {
        frames.put(LENGTH_IN_16_BITS).putChar((char) text.length);
      } else {
        frames.put(LENGTH_IN_64_BITS).putLong(text.length);
      }
      frames.put(text);
    }
    return frames.flip();
  }
}
