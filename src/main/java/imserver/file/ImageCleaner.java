package imserver.file;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Copies an image without what it says beside its picture: place, camera, author, texts, a
 * thumbnail of what was cut off, and whatever comes after its end. The picture is copied as it is.
 * Only parts that are known to belong to it are kept, and how it is to be turned, so that it is
 * shown upright. Of an image that is cut off or damaged what comes before that is copied. Reads
 * from its beginning to its end once (WebP twice or three times), in constant memory.
 */
final class ImageCleaner {

  /** Opens the image anew. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  private ImageCleaner() {}

  /**
   * Copies.
   *
   * @param type of which its first bytes are
   * @return what its headers say; null where no picture was found, or images of this type are not
   *     known: then what was written is of no use
   */
  static @Nullable ImageShape copy(String type, Source source, OutputStream out) {
    try {
      return type.equals("image/webp")
          ? WebpCleaner.copy(source, out)
          : readOnce(type, source, out);
    } catch (IOException e) { // it only begins like one
      return null;
    }
  }

  private static @Nullable ImageShape readOnce(String type, Source source, OutputStream out)
      throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(source.open(), 8192))) {
      return switch (type) {
        case "image/jpeg" -> new JpegCleaner(in, out).copy();
        case "image/png" -> new PngCleaner(in, out).copy();
        case "image/gif" -> new GifCleaner(in, out).copy();
        default -> null;
      };
    }
  }

  /** Copies some bytes. */
  static void copy(DataInputStream in, OutputStream out, long length) throws IOException {
    byte[] buffer = new byte[(int) Math.min(length, 8192)];
    long rest = length;
    while (rest > 0) {
      int count = (int) Math.min(rest, buffer.length);
      in.readFully(buffer, 0, count);
      out.write(buffer, 0, count);
      rest -= count;
    }
  }

  /** Passes some bytes over. */
  static void skip(DataInputStream in, long length) throws IOException {
    in.skipNBytes(length);
  }
}
