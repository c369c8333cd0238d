package imserver.file;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Copies a JPEG (ITU-T T.81, annex B) without its metadata. For one image. */
final class JpegCleaner {

  private static final int START = 0xd8;
  private static final int END = 0xd9;
  private static final int SCAN = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP2 = 0xe2;
  private static final int APP14 = 0xee;
  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] JFIF = "JFIF\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);

  /** Of a progressive picture that is decoded; encoders make ten. */
  private static final int MAX_SCANS = 100;

  /** Of JFIF, without the thumbnail. */
  private static final int JFIF_BYTES = 14;

  private final DataInputStream in;
  private final OutputStream out;
  private int orientation = ExifOrientation.UPRIGHT;
  private int width;
  private int height;
  private int scans;
  private boolean isProgressive;

  JpegCleaner(DataInputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /** Null where there is no picture in it. */
  @Nullable ImageShape copy() throws IOException {
    try {
      segments();
    } catch (IOException e) {
      // it is cut off or damaged here
    }
    writeMarker(END);
    if (width == 0 || height == 0 || scans == 0) {
      return null;
    }
    // All of a progressive one is in memory, and each scan goes over all of it.
    boolean isDecodable =
        !isProgressive
            || (scans <= MAX_SCANS && (long) width * height <= ImagePreview.MAX_WHOLE_AREA);
    return new ImageShape("image/jpeg", width, height, orientation, isDecodable);
  }

  private void segments() throws IOException {
    if (in.readUnsignedShort() != (0xff00 | START)) {
      throw new IOException("no JPEG");
    }
    writeMarker(START);
    int marker = nextMarker();
    while (marker != END) {
      marker = marker == SCAN ? scan() : segment(marker);
    }
  }

  /** Some cameras write something between segments, which decoders pass over. */
  private int nextMarker() throws IOException {
    int marker = 0;
    while (marker == 0) {
      while (in.readUnsignedByte() != 0xff) {
        // it belongs to nothing
      }
      marker = in.readUnsignedByte();
      while (marker == 0xff) { // fill bytes
        marker = in.readUnsignedByte();
      }
    }
    return marker;
  }

  private void writeMarker(int marker) throws IOException {
    out.write(0xff);
    out.write(marker);
  }

  /** Copies a segment, or leaves it out; the marker that follows. */
  private int segment(int marker) throws IOException {
    boolean hasLength = marker >= 0xc0 && !(marker >= 0xd0 && marker <= START);
    if (!hasLength) {
      throw new IOException("a JPEG has a marker where there is none");
    }
    byte[] data = data();
    if (isFrame(marker)) {
      frame(data);
      isProgressive = (marker & 3) == 2; // SOF2, 6, 10, 14
    }
    if (marker == APP1 && startsWith(data, EXIF)) {
      orientation(ExifOrientation.of(data, EXIF.length));
    } else if (marker == APP0 && startsWith(data, JFIF) && data.length >= JFIF_BYTES) {
      byte[] head = Arrays.copyOf(data, JFIF_BYTES);
      head[JFIF_BYTES - 2] = 0; // the size of the thumbnail
      head[JFIF_BYTES - 1] = 0;
      write(marker, head);
    } else if (isOfPicture(marker, data)) {
      write(marker, data);
    }
    return nextMarker();
  }

  private byte[] data() throws IOException {
    int length = in.readUnsignedShort();
    if (length < 2) {
      throw new IOException("a segment of a JPEG is too short");
    }
    byte[] data = new byte[length - 2];
    in.readFully(data);
    return data;
  }

  private void write(int marker, byte[] data) throws IOException {
    writeMarker(marker);
    out.write((data.length + 2) >> 8);
    out.write(data.length + 2);
    out.write(data);
  }

  private void orientation(int found) throws IOException {
    if (found != ExifOrientation.UPRIGHT && orientation == ExifOrientation.UPRIGHT && width == 0) {
      orientation = found;
      byte[] tiff = ExifOrientation.tiff(found);
      byte[] data = Arrays.copyOf(EXIF, EXIF.length + tiff.length);
      System.arraycopy(tiff, 0, data, EXIF.length, tiff.length);
      write(APP1, data);
    }
  }

  private void frame(byte[] data) throws IOException {
    if (data.length < 6 || width > 0) {
      throw new IOException("a JPEG has no single frame");
    }
    height = (data[1] & 0xff) << 8 | (data[2] & 0xff);
    width = (data[3] & 0xff) << 8 | (data[4] & 0xff);
  }

  /** SOF: all from 0xc0 to 0xcf but tables (DHT, DAC) and a reserved one. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static boolean isOfPicture(int marker, byte[] data) {
    return marker < APP0 // frames, tables and intervals
        || (marker == APP2 && startsWith(data, PROFILE))
        || (marker == APP14 && startsWith(data, ADOBE)); // how colours are to be understood
  }

  private static boolean startsWith(byte[] data, byte[] beginning) {
    return data.length >= beginning.length
        && Arrays.equals(data, 0, beginning.length, beginning, 0, beginning.length);
  }

  /** Copies a scan with the coded data that follows it; the marker that ends these. */
  private int scan() throws IOException {
    scans++;
    write(SCAN, data());
    while (true) {
      int next = in.readUnsignedByte();
      if (next != 0xff) {
        out.write(next);
        continue;
      }
      int marker = in.readUnsignedByte();
      while (marker == 0xff) {
        marker = in.readUnsignedByte();
      }
      if (marker != 0 && !(marker >= 0xd0 && marker < START)) { // neither a 0xff nor a restart
        return marker;
      }
      writeMarker(marker);
    }
  }
}
