package imserver.file;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Copies a GIF (89a), which may be animated, without its comments. For one image. */
final class GifCleaner {

  private static final int IMAGE = 0x2c;
  private static final int EXTENSION = 0x21;
  private static final int TRAILER = 0x3b;
  private static final int GRAPHIC_CONTROL = 0xf9;
  private static final int APPLICATION = 0xff;

  /** Those that say how often an animation is repeated. */
  private static final Set<String> KEPT = Set.of("NETSCAPE2.0", "ANIMEXTS1.0");

  private final DataInputStream in;
  private final OutputStream out;

  private int width;
  private int height;
  private boolean hasPicture;

  GifCleaner(DataInputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /** Null where there is no picture in it. */
  @Nullable ImageShape copy() {
    try {
      all();
    } catch (IOException e) {
      // it is cut off or damaged here
    }
    return hasPicture
        ? new ImageShape("image/gif", width, height, ExifOrientation.UPRIGHT, true)
        : null;
  }

  private void all() throws IOException {
    byte[] head = new byte[13];
    in.readFully(head);
    String signature = new String(head, 0, 6, StandardCharsets.ISO_8859_1);
    width = littleEndian(head, 6);
    height = littleEndian(head, 8);
    if (!Set.of("GIF87a", "GIF89a").contains(signature) || width == 0 || height == 0) {
      throw new IOException("no GIF");
    }
    out.write(head);
    colours(head[10]);
    int block = in.readUnsignedByte();
    while (block != TRAILER) {
      if (block == IMAGE) {
        image();
      } else if (block == EXTENSION) {
        extension();
      } else {
        throw new IOException("a GIF has an unknown block");
      }
      block = in.readUnsignedByte();
    }
    out.write(TRAILER);
  }

  private static int littleEndian(byte[] bytes, int offset) {
    return (bytes[offset] & 0xff) | (bytes[offset + 1] & 0xff) << 8;
  }

  /** A table of colours, where these flags say that there is one. */
  private void colours(byte flags) throws IOException {
    if ((flags & 0x80) != 0) {
      ImageCleaner.copy(in, out, 3L << ((flags & 7) + 1));
    }
  }

  private void image() throws IOException {
    byte[] head = new byte[9];
    in.readFully(head);
    if (littleEndian(head, 0) + littleEndian(head, 4) > width
        || littleEndian(head, 2) + littleEndian(head, 6) > height) {
      throw new IOException("a picture of a GIF is larger than the whole");
    }
    hasPicture = true;
    out.write(IMAGE);
    out.write(head);
    colours(head[8]);
    out.write(in.readUnsignedByte()); // the size of codes
    blocks(true);
  }

  private void extension() throws IOException {
    int label = in.readUnsignedByte();
    if (label == GRAPHIC_CONTROL) {
      out.write(EXTENSION);
      out.write(label);
      blocks(true);
      return;
    }
    if (label != APPLICATION) {
      blocks(false);
      return;
    }
    byte[] name = new byte[in.readUnsignedByte()];
    in.readFully(name);
    boolean kept = KEPT.contains(new String(name, StandardCharsets.ISO_8859_1));
    if (kept) {
      out.write(EXTENSION);
      out.write(label);
      out.write(name.length);
      out.write(name);
    }
    blocks(kept);
  }

  private void blocks(boolean kept) throws IOException {
    int length;
    do {
      length = in.readUnsignedByte();
      if (kept) {
        out.write(length);
        ImageCleaner.copy(in, out, length);
      } else {
        ImageCleaner.skip(in, length);
      }
    } while (length > 0);
  }
}
