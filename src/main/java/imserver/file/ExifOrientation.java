package imserver.file;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one thing of Exif that is kept: how an image is to be turned (Exif 2.32, tag 0x0112). */
final class ExifOrientation {

  /** Not at all. */
  static final int UPRIGHT = 1;

  private static final int MAX = 8;
  private static final int TAG = 0x0112;
  private static final int MAGIC = 42;
  private static final int SHORT = 3;
  private static final int ENTRY_BYTES = 12;

  private ExifOrientation() {}

  /**
   * Reads it.
   *
   * @param tiff the Exif data, from its TIFF header on
   * @return {@link #UPRIGHT} also where it says nothing, or cannot be read
   */
  static int of(byte[] tiff, int offset) {
    try {
      ByteBuffer data = ByteBuffer.wrap(tiff, offset, tiff.length - offset).slice();
      short order = data.getShort(0);
      if (order == 0x4949) {
        data.order(ByteOrder.LITTLE_ENDIAN);
      } else if (order != 0x4d4d) {
        return UPRIGHT;
      }
      return data.getShort(2) == MAGIC ? inDirectory(data, data.getInt(4)) : UPRIGHT;
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      return UPRIGHT;
    }
  }

  private static int inDirectory(ByteBuffer data, int start) {
    int entries = Short.toUnsignedInt(data.getShort(start));
    for (int i = 0; i < entries; i++) {
      int entry = start + 2 + i * ENTRY_BYTES;
      if (Short.toUnsignedInt(data.getShort(entry)) == TAG && data.getShort(entry + 2) == SHORT) {
        int value = data.getShort(entry + 8);
        return value >= UPRIGHT && value <= MAX ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** Exif data that say this alone, from their TIFF header on. */
  static byte[] tiff(int orientation) {
    return ByteBuffer.allocate(8 + 2 + ENTRY_BYTES + 4)
        .putShort((short) 0x4d4d)
        .putShort((short) MAGIC)
        .putInt(8)
        .putShort((short) 1)
        .putShort((short) TAG)
        .putShort((short) SHORT)
        .putInt(1)
        .putShort((short) orientation)
        .putShort((short) 0)
        .putInt(0)
        .array();
  }
}
