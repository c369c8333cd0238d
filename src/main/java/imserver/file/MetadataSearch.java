package imserver.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Looks for metadata in what begins like an image and has no picture that is found: there they are
 * not where they ought to be.
 */
final class MetadataSearch {

  /** It is not in there. */
  static final long NONE = -1;

  /** With which Exif, XMP, what Photoshop adds, and the texts of a PNG begin. */
  private static final List<byte[]> BEGINNINGS =
      Stream.of(
              "Exif\0\0",
              "eXIf",
              "EXIF",
              "http://ns.adobe.com/xap/",
              "<x:xmpmeta",
              "Photoshop 3.0\0",
              "tEXt",
              "iTXt",
              "zTXt")
          .map(text -> text.getBytes(StandardCharsets.US_ASCII))
          .toList();

  private static final int LONGEST = 24;

  private MetadataSearch() {}

  /** How many bytes come before the first metadata; or {@link #NONE}. */
  static long find(InputStream in) throws IOException {
    byte[] window = new byte[64 * 1024];
    long start = 0;
    int filled = in.readNBytes(window, 0, window.length);
    while (filled > 0) {
      for (int i = 0; i < filled; i++) {
        if (isAt(window, i, filled)) {
          return start + i;
        }
      }
      int kept = Math.min(filled, LONGEST - 1); // one may begin there and go on after it
      System.arraycopy(window, filled - kept, window, 0, kept);
      start += filled - kept;
      int count = in.readNBytes(window, kept, window.length - kept);
      filled = count == 0 ? 0 : kept + count;
    }
    return NONE;
  }

  private static boolean isAt(byte[] window, int at, int filled) {
    for (byte[] beginning : BEGINNINGS) {
      int end = at + beginning.length;
      if (window[at] == beginning[0]
          && end <= filled
          && Arrays.equals(window, at, end, beginning, 0, beginning.length)) {
        return true;
      }
    }
    return false;
  }
}
