package imserver.file;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies a WebP (RFC 9649), which may be animated, without its metadata. Its length is at its
 * beginning: it is read once to learn it, and once to copy; of one that is cut off or damaged whole
 * chunks alone are copied. For one image.
 */
final class WebpCleaner {

  private static final Set<String> KEPT =
      Set.of("VP8X", "VP8 ", "VP8L", "ALPH", "ICCP", "ANIM", "ANMF");

  private static final int HEAD_BYTES = 8;

  /** Of a chunk of pixels, up to the dimensions. */
  private static final int PEEKED = 10;

  private static final int HAS_EXIF = 0x08;
  private static final int HAS_XMP = 0x04;
  private static final int MAX_EXIF = 1 << 16;

  private final DataInputStream in;
  private final OutputStream out;

  /** What is to be written as Exif; upright while that is not known. */
  private final int orientation;

  /** More chunks are not read. */
  private final int maxChunks;

  private int chunks;

  private int width;
  private int height;
  private int foundOrientation = ExifOrientation.UPRIGHT;
  private boolean hasPicture;
  private boolean isExtended;
  private boolean isAnimated;

  /**
   * Whether it, or its transparency, may be coded without loss: of that a few pixels can make the
   * decoder fill hundreds of megabytes with tables.
   */
  private boolean isLossless;

  /** Bytes after those that say how many there are. */
  private long length = 4;

  private WebpCleaner(DataInputStream in, OutputStream out, int orientation, int maxChunks) {
    this.in = in;
    this.out = out;
    this.orientation = orientation;
    this.maxChunks = maxChunks;
  }

  /** Null where there is no picture in it. */
  static @Nullable ImageShape copy(ImageCleaner.Source source, OutputStream out)
      throws IOException {
    WebpCleaner first = read(source);
    if (!first.hasPicture || first.width == 0 || first.height == 0) {
      return null;
    }
    int orientation = first.isExtended ? first.foundOrientation : ExifOrientation.UPRIGHT;
    byte[] exif =
        orientation == ExifOrientation.UPRIGHT ? new byte[0] : ExifOrientation.tiff(orientation);
    long length = first.length + (exif.length > 0 ? HEAD_BYTES + exif.length : 0);
    out.write(head("RIFF", length));
    out.write("WEBP".getBytes(StandardCharsets.ISO_8859_1));
    try (DataInputStream in = open(source)) {
      new WebpCleaner(in, out, orientation, first.chunks).chunks();
    }
    if (exif.length > 0) {
      out.write(head("EXIF", exif.length));
      out.write(exif); // its length is even
    }
    return new ImageShape(
        "image/webp",
        first.width,
        first.height,
        orientation,
        !first.isAnimated && !first.isLossless);
  }

  /** Looks at all of it, as far as it is whole. */
  private static WebpCleaner read(ImageCleaner.Source source) throws IOException {
    WebpCleaner all = null;
    try (DataInputStream in = open(source)) {
      all = looking(in, Integer.MAX_VALUE);
      all.chunks();
      return all;
    } catch (IOException e) { // it is cut off or damaged after some chunks
      int whole = all == null ? 0 : all.chunks;
      try (DataInputStream in = open(source)) {
        WebpCleaner part = looking(in, whole);
        part.chunks();
        return part;
      }
    }
  }

  private static WebpCleaner looking(DataInputStream in, int maxChunks) {
    return new WebpCleaner(in, OutputStream.nullOutputStream(), ExifOrientation.UPRIGHT, maxChunks);
  }

  private static DataInputStream open(ImageCleaner.Source source) throws IOException {
    return new DataInputStream(new BufferedInputStream(source.open(), 8192));
  }

  private static byte[] head(String name, long length) {
    return ByteBuffer.allocate(HEAD_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(name.getBytes(StandardCharsets.ISO_8859_1))
        .putInt((int) length)
        .array();
  }

  private String name() throws IOException {
    byte[] name = new byte[4];
    in.readFully(name);
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  private long littleEndian() throws IOException {
    return Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
  }

  private void chunks() throws IOException {
    if (!"RIFF".equals(name())) {
      throw new IOException("no WebP");
    }
    long rest = littleEndian() - 4;
    if (!"WEBP".equals(name())) {
      throw new IOException("no WebP");
    }
    while (rest >= HEAD_BYTES && chunks < maxChunks) {
      String name = name();
      long size = littleEndian();
      long padded = size + (size & 1);
      if (padded > rest - HEAD_BYTES) {
        throw new IOException("a chunk of a WebP is longer than the whole");
      }
      rest -= HEAD_BYTES + padded;
      chunk(name, size, padded);
      chunks++;
    }
  }

  private void chunk(String name, long size, long padded) throws IOException {
    if (KEPT.contains(name)) {
      byte[] beginning = new byte[(int) Math.min(padded, PEEKED)];
      in.readFully(beginning);
      look(name, beginning);
      out.write(head(name, size));
      out.write(beginning);
      ImageCleaner.copy(in, out, padded - beginning.length);
      length += HEAD_BYTES + padded;
    } else if (name.equals("EXIF") && padded <= MAX_EXIF) {
      byte[] exif = new byte[(int) padded];
      in.readFully(exif);
      boolean hasName = exif.length > 6 && exif[0] == 'E' && exif[4] == 0;
      foundOrientation = ExifOrientation.of(exif, hasName ? 6 : 0);
    } else {
      ImageCleaner.skip(in, padded);
    }
  }

  private void look(String name, byte[] bytes) throws IOException {
    if (bytes.length < PEEKED && (name.equals("VP8X") || name.equals("VP8 "))) {
      throw new IOException("a chunk of a WebP is too short");
    }
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (name) {
      case "VP8X" -> {
        isExtended = true;
        width = (data.getInt(3) >>> 8) + 1;
        height = ((data.getShort(7) & 0xffff) | (data.get(9) & 0xff) << 16) + 1;
        bytes[0] &= ~(HAS_EXIF | HAS_XMP);
        if (orientation != ExifOrientation.UPRIGHT) {
          bytes[0] |= HAS_EXIF;
        }
      }
      case "VP8 " -> {
        hasPicture = true;
        size(data.getShort(6) & 0x3fff, data.getShort(8) & 0x3fff);
      }
      case "VP8L" -> {
        hasPicture = true;
        isLossless = true;
        if (bytes.length < 5) {
          throw new IOException("a chunk of a WebP is too short");
        }
        int bits = data.getInt(1);
        size((bits & 0x3fff) + 1, (bits >>> 14 & 0x3fff) + 1);
      }
      case "ALPH" -> isLossless = bytes.length == 0 || (bytes[0] & 3) != 0;
      case "ANMF" -> {
        hasPicture = true;
        isAnimated = true;
      }
      default -> {}
    }
  }

  /** Of the pixels, where the header says nothing else. */
  private void size(int pixelsWide, int pixelsHigh) throws IOException {
    if (!isExtended) {
      width = pixelsWide;
      height = pixelsHigh;
    } else if (pixelsWide > width || pixelsHigh > height) {
      throw new IOException("a picture of a WebP is larger than the whole");
    }
  }
}
