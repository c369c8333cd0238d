package imserver.file;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Copies a PNG (W3C, third edition), which may be animated, without its metadata. For one image.
 */
final class PngCleaner {

  private static final long SIGNATURE = 0x89504e470d0a1a0aL;

  /** Of the picture, its colours, its transparency and its animation. */
  private static final Set<String> KEPT =
      Set.of(
          "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "cICP",
          "bKGD", "pHYs", "acTL", "fcTL", "fdAT");

  private static final int HEADER_BYTES = 13;

  /** Of an Exif chunk that is read; longer ones hold more than how the image is turned. */
  private static final int MAX_EXIF = 1 << 16;

  private static final int CRC_BYTES = 4;

  private final DataInputStream in;
  private final OutputStream out;
  private int orientation = ExifOrientation.UPRIGHT;
  private int width;
  private int height;
  private boolean hasPicture;

  PngCleaner(DataInputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /** Null where there is no picture in it. */
  @Nullable ImageShape copy() {
    try {
      chunks();
    } catch (IOException e) {
      // it is cut off or damaged here
    }
    return hasPicture ? new ImageShape("image/png", width, height, orientation, true) : null;
  }

  private void chunks() throws IOException {
    if (in.readLong() != SIGNATURE || in.readInt() != HEADER_BYTES || !"IHDR".equals(name())) {
      throw new IOException("no PNG");
    }
    byte[] header = new byte[HEADER_BYTES + CRC_BYTES];
    in.readFully(header);
    out.write(ByteBuffer.allocate(Long.BYTES).putLong(SIGNATURE).array());
    writeHead(HEADER_BYTES, "IHDR");
    out.write(header);
    width = ByteBuffer.wrap(header).getInt(0);
    height = ByteBuffer.wrap(header).getInt(4);
    if (width <= 0 || height <= 0) {
      throw new IOException("a PNG without pixels");
    }
    String name;
    do {
      int length = in.readInt();
      name = name();
      if (length < 0) {
        throw new IOException("a chunk of a PNG is too long");
      }
      hasPicture |= name.equals("IDAT");
      chunk(length, name);
    } while (!name.equals("IEND"));
  }

  private String name() throws IOException {
    byte[] name = new byte[4];
    in.readFully(name);
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  private void writeHead(int length, String name) throws IOException {
    out.write(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    out.write(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void chunk(int length, String name) throws IOException {
    if (KEPT.contains(name)) {
      writeHead(length, name);
      ImageCleaner.copy(in, out, length + (long) CRC_BYTES);
    } else if (name.equals("eXIf") && length <= MAX_EXIF) {
      byte[] exif = new byte[length];
      in.readFully(exif);
      ImageCleaner.skip(in, CRC_BYTES);
      orientation(ExifOrientation.of(exif, 0));
    } else {
      ImageCleaner.skip(in, length + (long) CRC_BYTES);
    }
  }

  private void orientation(int found) throws IOException {
    if (found == ExifOrientation.UPRIGHT || orientation != ExifOrientation.UPRIGHT) {
      return;
    }
    orientation = found;
    byte[] tiff = ExifOrientation.tiff(found);
    writeHead(tiff.length, "eXIf");
    out.write(tiff);
    CRC32 crc = new CRC32();
    crc.update("eXIf".getBytes(StandardCharsets.ISO_8859_1));
    crc.update(tiff);
    out.write(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }
}
