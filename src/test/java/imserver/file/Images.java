package imserver.file;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Images for tests. */
public final class Images {

  /** What must not be left in an image. */
  public static final String SECRET = "Secret Place 31.2304N";

  private Images() {}

  /** An image whose left half is red and whose right half is blue. */
  public static byte[] image(String format, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, x < width / 2 ? 0xff0000 : 0x0000ff);
      }
    }
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(image, format, bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A JPEG with a place, a comment, an orientation, and something after its end. */
  public static byte[] photo(int width, int height, int orientation) {
    byte[] plain = image("jpeg", width, height);
    byte[] place = SECRET.getBytes(StandardCharsets.US_ASCII);
    byte[] tiff =
        ByteBuffer.allocate(8 + 2 + 24 + 4 + place.length)
            .putShort((short) 0x4d4d)
            .putShort((short) 42)
            .putInt(8)
            .putShort((short) 2)
            .putShort((short) 0x010e) // a description
            .putShort((short) 2)
            .putInt(place.length)
            .putInt(38)
            .putShort((short) 0x0112)
            .putShort((short) 3)
            .putInt(1)
            .putShort((short) orientation)
            .putShort((short) 0)
            .putInt(0)
            .put(place)
            .array();
    return concat(
        Arrays.copyOf(plain, 2),
        segment(0xe1, concat("Exif\0\0".getBytes(StandardCharsets.US_ASCII), tiff)),
        segment(
            0xe1, ("http://ns.adobe.com/xap/1.0/\0" + SECRET).getBytes(StandardCharsets.US_ASCII)),
        segment(0xed, place),
        segment(0xfe, place),
        Arrays.copyOfRange(plain, 2, plain.length),
        ("<script>" + SECRET + "</script>").getBytes(StandardCharsets.US_ASCII));
  }

  /** A progressive JPEG. */
  static byte[] progressive(int width, int height) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static byte[] segment(int marker, byte[] data) {
    return concat(
        new byte[] {
          (byte) 0xff, (byte) marker, (byte) (data.length + 2 >> 8), (byte) (data.length + 2)
        },
        data);
  }

  /** A PNG with texts before and after its picture, and something after its end. */
  public static byte[] pngWithTexts(int width, int height) {
    byte[] plain = image("png", width, height);
    byte[] text = chunk("tEXt", ("Comment\0" + SECRET).getBytes(StandardCharsets.US_ASCII));
    int end = plain.length - 12;
    return concat(
        Arrays.copyOf(plain, 33),
        text,
        Arrays.copyOfRange(plain, 33, end),
        chunk("iTXt", ("x\0\0\0\0\0" + SECRET).getBytes(StandardCharsets.US_ASCII)),
        Arrays.copyOfRange(plain, end, plain.length),
        SECRET.getBytes(StandardCharsets.US_ASCII));
  }

  /** A PNG of some bytes that says it has so many pixels. */
  public static byte[] pngBomb(int width, int height) {
    byte[] plain = image("png", 8, 8);
    byte[] header = ByteBuffer.allocate(13).putInt(width).putInt(height).put(plain, 24, 5).array();
    return concat(
        Arrays.copyOf(plain, 8),
        chunk("IHDR", header),
        Arrays.copyOfRange(plain, 33, plain.length));
  }

  private static byte[] chunk(String name, byte[] data) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.US_ASCII));
    crc.update(data);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(name.getBytes(StandardCharsets.US_ASCII))
        .put(data)
        .putInt((int) crc.getValue())
        .array();
  }

  /** A GIF with a comment, which is a comment of a script, too. */
  public static byte[] gifWithComment() {
    byte[] plain = image("gif", 40, 30);
    byte[] comment = ("*/=1;alert(1)//" + SECRET).getBytes(StandardCharsets.US_ASCII);
    int start = 13 + ((plain[10] & 0x80) != 0 ? 3 * (2 << (plain[10] & 7)) : 0);
    return concat(
        Arrays.copyOf(plain, start),
        new byte[] {0x21, (byte) 0xfe, (byte) comment.length},
        comment,
        new byte[] {0},
        Arrays.copyOfRange(plain, start, plain.length));
  }

  /** A WebP of 1 to 1 pixel, lossless, with Exif that has a place. */
  public static byte[] webp() {
    byte[] simple = Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");
    byte[] picture = Arrays.copyOfRange(simple, 12, simple.length);
    byte[] place = SECRET.getBytes(StandardCharsets.US_ASCII);
    byte[] exif =
        riff("EXIF", concat("II*\0\10\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1), place));
    byte[] extended = riff("VP8X", new byte[] {0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    byte[] body =
        concat(
            "WEBP".getBytes(StandardCharsets.US_ASCII),
            extended,
            picture,
            exif,
            riff("XMP ", place));
    return riff("RIFF", body);
  }

  /** A lossless WebP of one colour. */
  static byte[] losslessWebp(int width, int height) {
    byte[] image = Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");
    int alpha = 1 << 28;
    ByteBuffer.wrap(image)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(21, (width - 1) | (height - 1) << 14 | alpha);
    return image;
  }

  private static byte[] riff(String name, byte[] data) {
    return ByteBuffer.allocate(8 + data.length + (data.length & 1))
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .put(name.getBytes(StandardCharsets.US_ASCII))
        .putInt(data.length)
        .put(data)
        .array();
  }

  public static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] each : parts) {
      all.writeBytes(each);
    }
    return all.toByteArray();
  }
}
