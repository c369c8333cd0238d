package imserver.file;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import imserver.database.StorageException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Objects;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Decodes images, into something not much larger than a preview: every so many pixels alone are
 * kept as they are decoded. An image that is too large is not even begun.
 */
final class ImagePreview {

  /** Pixels of the longer side. */
  static final int SIDE = 640;

  /** Pixels of an image that is decoded line by line. */
  static final long MAX_AREA = 40_000_000;

  /** Pixels of one that is decoded as a whole, of four bytes each in memory. */
  static final long MAX_WHOLE_AREA = 16_000_000;

  /** Pixels of any side: rows of them are in memory. */
  static final int MAX_SIDE = 32_767;

  private static final float QUALITY = 0.8f;

  private ImagePreview() {}

  /** Whether it may be decoded at all. */
  static boolean isSmallEnough(ImageShape shape) {
    long max = shape.type().equals("image/webp") ? MAX_WHOLE_AREA : MAX_AREA;
    return shape.area() <= max && Math.max(shape.width(), shape.height()) <= MAX_SIDE;
  }

  /**
   * Decodes an image, and makes a smaller one of it, turned as it is shown: a PNG where it is
   * transparent somewhere, else a JPEG.
   *
   * @throws IOException if it cannot be decoded
   */
  static byte[] of(ImageShape shape, ImageInputStream source) throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // The registry of readers is of the JVM: it must find none of this application's.
    thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      int[][] pixels = scaled(decoded(shape, source));
      return encoded(turned(pixels, shape.orientation()));
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) { // as decoders throw for what they do not expect
      throw new IOException("an image cannot be decoded", e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static ImageReader reader(String type) throws IOException {
    if (type.equals("image/webp")) {
      return new WebPImageReaderSpi().createReaderInstance(null);
    }
    Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(type);
    if (!readers.hasNext()) {
      throw new IOException("there is no decoder for " + type);
    }
    return readers.next();
  }

  private static BufferedImage decoded(ImageShape shape, ImageInputStream source)
      throws IOException {
    ImageReader reader = reader(shape.type());
    try {
      reader.setInput(source, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if (width > shape.width() || height > shape.height()) {
        throw new IOException("an image is larger than it says");
      }
      ImageReadParam parameters = reader.getDefaultReadParam();
      int every = Math.max(1, Math.max(width, height) / (2 * SIDE));
      parameters.setSourceSubsampling(every, every, 0, 0);
      return reader.read(0, parameters);
    } finally {
      reader.dispose();
    }
  }

  /** Each pixel is the mean of those in whose place it is; rows of ARGB. */
  private static int[][] scaled(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    double scale = Math.min(1, (double) SIDE / Math.max(width, height));
    int toWidth = Math.max(1, (int) Math.round(width * scale));
    int toHeight = Math.max(1, (int) Math.round(height * scale));
    int[][] scaled = new int[toHeight][toWidth];
    for (int y = 0; y < toHeight; y++) {
      int top = (int) ((long) y * height / toHeight);
      int bottom = Math.max(top + 1, (int) ((long) (y + 1) * height / toHeight));
      int[] rows = image.getRGB(0, top, width, bottom - top, null, 0, width);
      for (int x = 0; x < toWidth; x++) {
        int left = (int) ((long) x * width / toWidth);
        int right = Math.max(left + 1, (int) ((long) (x + 1) * width / toWidth));
        scaled[y][x] = mean(rows, width, left, right, bottom - top);
      }
    }
    return scaled;
  }

  /** Colours count by how opaque they are. */
  private static int mean(int[] rows, int width, int left, int right, int count) {
    long alpha = 0;
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = 0; y < count; y++) {
      for (int x = left; x < right; x++) {
        int pixel = rows[y * width + x];
        int opacity = pixel >>> 24;
        alpha += opacity;
        red += (long) opacity * (pixel >> 16 & 0xff);
        green += (long) opacity * (pixel >> 8 & 0xff);
        blue += (long) opacity * (pixel & 0xff);
      }
    }
    if (alpha == 0) {
      return 0;
    }
    int pixels = count * (right - left);
    return (int) (alpha / pixels) << 24
        | (int) (red / alpha) << 16
        | (int) (green / alpha) << 8
        | (int) (blue / alpha);
  }

  /** Of Exif 2.32: what is at the top left, and which way rows go. */
  private static BufferedImage turned(int[][] pixels, int orientation) {
    int height = pixels.length;
    int width = pixels[0].length;
    boolean exchanged = orientation >= 5;
    int toWidth = exchanged ? height : width;
    int toHeight = exchanged ? width : height;
    boolean opaque = true;
    BufferedImage turned = new BufferedImage(toWidth, toHeight, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < toHeight; y++) {
      for (int x = 0; x < toWidth; x++) {
        int pixel =
            switch (orientation) {
              case 2 -> pixels[y][width - 1 - x];
              case 3 -> pixels[height - 1 - y][width - 1 - x];
              case 4 -> pixels[height - 1 - y][x];
              case 5 -> pixels[x][y];
              case 6 -> pixels[height - 1 - x][y];
              case 7 -> pixels[height - 1 - x][width - 1 - y];
              case 8 -> pixels[x][width - 1 - y];
              default -> pixels[y][x];
            };
        opaque &= pixel >>> 24 == 0xff;
        turned.setRGB(x, y, pixel);
      }
    }
    return opaque ? withoutAlpha(turned) : turned;
  }

  private static BufferedImage withoutAlpha(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    BufferedImage opaque = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    opaque.setRGB(0, 0, width, height, pixels, 0, width);
    return opaque;
  }

  private static byte[] encoded(BufferedImage image) throws IOException {
    String format = image.getColorModel().hasAlpha() ? "png" : "jpeg";
    Iterator<ImageWriter> writers =
        ImageIO.getImageWriters(ImageTypeSpecifier.createFromRenderedImage(image), format);
    if (!writers.hasNext()) {
      throw new IOException("there is no encoder for " + format);
    }
    ImageWriter writer = Objects.requireNonNull(writers.next());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      if (format.equals("jpeg")) {
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(QUALITY);
      }
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
