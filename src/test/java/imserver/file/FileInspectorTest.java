package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is looked at in a file")
class FileInspectorTest {

  @TempDir private Path folder;
  private FileStore store;

  @BeforeEach
  void store() {
    store = new FolderStore(folder.resolve("files"));
  }

  private Inspection inspect(String name, byte[] bytes) {
    return inspect(name, null, bytes);
  }

  private Inspection inspect(String name, String duration, byte[] bytes) {
    store.append(1, FileVariant.INCOMING, 0, bytes, bytes.length);
    return new FileInspector(store)
        .inspect(1, FileVariant.INCOMING, bytes.length, NewFile.of(name, null, duration, null));
  }

  private byte[] kept(FileVariant variant) {
    try (StoreInput in = new StoreInput(store, 1, variant)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static BufferedImage decoded(byte[] bytes) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(bytes));
  }

  private static boolean isRed(int pixel) {
    return (pixel >> 16 & 0xff) > 200 && (pixel & 0xff) < 60;
  }

  private static boolean isBlue(int pixel) {
    return (pixel >> 16 & 0xff) < 60 && (pixel & 0xff) > 200;
  }

  @Test
  @DisplayName(
      "has a progressive picture decoded, unless its scans, each of which goes over all, are many")
  void scans() {
    byte[] picture = Images.progressive(900, 700);
    assertThat(inspect("a.jpg", picture).hasPreview()).isTrue();
    int last = -1;
    for (int i = 2; i < picture.length - 1; i++) {
      last = picture[i] == (byte) 0xff && picture[i + 1] == (byte) 0xda ? i : last;
    }
    int end = picture.length - 2; // before the marker of the end
    byte[] scan = Arrays.copyOfRange(picture, last, end);
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    many.write(picture, 0, end);
    for (int i = 0; i < 100; i++) {
      many.write(scan, 0, scan.length);
    }
    many.write(picture, end, 2);
    Inspection found = inspect("a.jpg", many.toByteArray());
    assertThat(found).extracting(Inspection::type, Inspection::width).contains("image/jpeg", 900);
    assertThat(found.hasPreview()).isFalse();
  }

  @Test
  @DisplayName(
      "of a photograph: place, camera and what follows it are gone, and its pixels are the same")
  void photo() throws IOException {
    byte[] photo = Images.photo(2000, 1000, 1);
    Inspection found = inspect("a.exe", photo);
    byte[] kept = kept(FileVariant.CONTENT);
    assertThat(text(photo)).contains(Images.SECRET);
    assertThat(text(kept)).doesNotContain("Secret").doesNotContain("Exif").doesNotContain("script");
    assertThat(found).isEqualTo(new Inspection("image/jpeg", kept.length, 2000, 1000, true));
    BufferedImage before = decoded(photo);
    BufferedImage after = decoded(kept);
    for (int x = 0; x < 2000; x += 7) {
      assertThat(after.getRGB(x, 500)).isEqualTo(before.getRGB(x, 500));
    }
    BufferedImage preview = decoded(kept(FileVariant.PREVIEW));
    assertThat(preview.getWidth()).isEqualTo(640);
    assertThat(preview.getHeight()).isEqualTo(320);
    assertThat(isRed(preview.getRGB(10, 160))).isTrue();
    assertThat(isBlue(preview.getRGB(630, 160))).isTrue();
    assertThat(kept(FileVariant.INCOMING)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2, 630, 160",
    "3, 630, 160",
    "4, 10, 160",
    "5, 160, 10",
    "6, 160, 10",
    "7, 160, 630",
    "8, 160, 630"
  })
  @DisplayName("of a photograph that is turned: it says so still, and its preview is upright:")
  void orientation(int orientation, int redX, int redY) throws IOException {
    Inspection found = inspect("a.jpg", Images.photo(1280, 640, orientation));
    byte[] kept = kept(FileVariant.CONTENT);
    assertThat(text(kept)).contains("Exif\0\0").doesNotContain("Secret");
    assertThat(ExifOrientation.of(kept, text(kept).indexOf("Exif\0\0") + 6)).isEqualTo(orientation);
    BufferedImage preview = decoded(kept(FileVariant.PREVIEW));
    assertThat(preview.getWidth()).isEqualTo(orientation >= 5 ? 320 : 640);
    assertThat(found.width()).isEqualTo(orientation >= 5 ? 640 : 1280);
    assertThat(isRed(preview.getRGB(redX, redY))).isTrue();
    assertThat(
            isBlue(preview.getRGB(preview.getWidth() - 1 - redX, preview.getHeight() - 1 - redY)))
        .isEqualTo(true);
  }

  @Test
  @DisplayName("of other images: texts and comments are gone, and a small one is its own preview")
  void others() throws IOException {
    Inspection png = inspect("a.png", Images.pngWithTexts(50, 40));
    assertThat(text(kept(FileVariant.CONTENT))).doesNotContain("Secret");
    assertThat(decoded(kept(FileVariant.CONTENT)).getRGB(1, 1)).isEqualTo(0xffff0000);
    assertThat(png.type()).isEqualTo("image/png");
    assertThat(png.width()).isEqualTo(50);
    assertThat(png.hasPreview()).isFalse();
    Inspection gif = inspect("a.gif", Images.gifWithComment());
    assertThat(text(kept(FileVariant.CONTENT))).doesNotContain("Secret").doesNotContain("alert");
    assertThat(decoded(kept(FileVariant.CONTENT)).getWidth()).isEqualTo(40);
    assertThat(gif).extracting(Inspection::type, Inspection::height).contains("image/gif", 30);
    Inspection webp = inspect("a.webp", Images.webp());
    assertThat(text(kept(FileVariant.CONTENT))).doesNotContain("Secret").doesNotContain("EXIF");
    assertThat(webp).extracting(Inspection::type, Inspection::width).contains("image/webp", 1);
    assertThat(Images.webp().length).isGreaterThan(kept(FileVariant.CONTENT).length);
  }

  @Test
  @DisplayName("a lossless WebP is an image without a preview")
  void losslessWebp() {
    byte[] webp = Images.losslessWebp(800, 600);
    assertThat(inspect("a.webp", webp))
        .isEqualTo(new Inspection("image/webp", webp.length, 800, 600, false));
  }

  @Test
  @DisplayName("what says it has more pixels than may be is a file, and is not decoded")
  void bombs() {
    for (byte[] bomb :
        new byte[][] {
          Images.pngBomb(50_000, 50_000),
          Images.pngBomb(Integer.MAX_VALUE, 1),
          Images.pngBomb(40_000, 10),
          Images.pngBomb(8000, 8000)
        }) {
      assertThat(inspect("a.png", bomb))
          .isEqualTo(
              new Inspection(
                  MediaTypes.UNKNOWN, kept(FileVariant.CONTENT).length, null, null, false));
    }
  }

  @Test
  @DisplayName("an image that is cut anywhere, or changed, has no metadata, shown or as a file")
  void damaged() {
    Random random = new Random(7);
    for (byte[] image :
        new byte[][] {
          Images.photo(300, 200, 6),
          Images.pngWithTexts(80, 60),
          Images.gifWithComment(),
          Images.webp()
        }) {
      for (int i = 0; i < 60; i++) {
        byte[] cut = Arrays.copyOf(image, 16 + random.nextInt(image.length - 16));
        Inspection found = inspect("a", cut);
        byte[] kept = kept(FileVariant.CONTENT);
        assertThat(found.size()).isEqualTo(kept.length);
        boolean isShown = found.type().startsWith("image/");
        if (isShown || image[0] != 'G') { // a comment is all that there is of a GIF without picture
          assertThat(text(kept)).as("cut at %d", cut.length).doesNotContain("Place");
        }
        byte[] changed = image.clone();
        int at = random.nextInt(changed.length);
        changed[at] ^= (byte) (1 << random.nextInt(8));
        Inspection other = inspect("a", changed); // image or file, but no failure
        if (other.type().startsWith("image/")) {
          assertThat(text(kept(FileVariant.CONTENT)))
              .as("changed at %d", at)
              .doesNotContain("Place");
        }
      }
    }
  }

  @Test
  @DisplayName("a photograph that breaks off is shown as far as it came, without its place")
  void brokenOff() throws IOException {
    byte[] photo = Images.photo(1000, 800, 6);
    Inspection found = inspect("a.jpg", Arrays.copyOf(photo, photo.length * 2 / 3));
    byte[] kept = kept(FileVariant.CONTENT);
    assertThat(found.type()).isEqualTo("image/jpeg");
    assertThat(text(kept)).doesNotContain("Place");
    assertThat(isRed(decoded(kept).getRGB(10, 10))).isTrue();
  }

  @Test
  @DisplayName("a photograph in which something lies between the segments is a photograph")
  void strayBytes() throws IOException {
    byte[] plain = Images.image("jpeg", 300, 200);
    byte[] stray =
        Images.concat(
            Arrays.copyOf(plain, 20), new byte[3], Arrays.copyOfRange(plain, 20, plain.length));
    assertThat(inspect("a.jpg", stray).type()).isEqualTo("image/jpeg");
    assertThat(isRed(decoded(kept(FileVariant.CONTENT)).getRGB(10, 10))).isTrue();
  }

  @Test
  @DisplayName("what begins like an image and has no picture is a file that ends before its place")
  void noPicture() {
    byte[] photo = Images.photo(300, 200, 6);
    byte[] webp = Images.webp();
    webp[4] = 0; // it says that it is empty
    for (byte[] each : new byte[][] {Arrays.copyOf(photo, 120), webp}) {
      Inspection found = inspect("a.jpg", each);
      assertThat(found.type()).isEqualTo(MediaTypes.UNKNOWN);
      assertThat(found.size()).isEqualTo(kept(FileVariant.CONTENT).length).isPositive();
      assertThat(text(kept(FileVariant.CONTENT))).doesNotContain("Place");
    }
    byte[] other = ascii("\u00ff\u00d8\u00ff something else");
    assertThat(inspect("a.jpg", other).size()).isEqualTo(other.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<svg xmlns='http://www.w3.org/2000/svg'/>", "<!DOCTYPE html><script>1</script>"})
  @DisplayName("markup is text, whatever its name is:")
  void markup(String text) {
    Inspection found = inspect("photo.svg", text.getBytes(StandardCharsets.UTF_8));
    assertThat(found.type()).isEqualTo("text/plain");
    assertThat(MediaTypes.isInline(found.type())).isFalse();
  }

  @Test
  @DisplayName("sounds, films and documents are known by their bytes")
  void types() {
    byte[] webm =
        Images.concat(
            new byte[] {0x1a, 0x45, (byte) 0xdf, (byte) 0xa3}, ascii("....webm......A_OPUS"));
    assertThat(inspect("a.txt", webm).type()).isEqualTo("audio/webm");
    assertThat(inspect("a", Images.concat(webm, ascii("V_VP8"))).type()).isEqualTo("video/webm");
    assertThat(inspect("a", ascii("\0\0\0\40ftypisom....trak....vide..soun")).type())
        .isEqualTo("video/mp4");
    assertThat(inspect("a", "5000", ascii("\0\0\0\40ftypiso5............")).type())
        .isEqualTo("audio/mp4");
    assertThat(inspect("a", ascii("\0\0\0\40ftypheic............")).type())
        .isEqualTo(MediaTypes.UNKNOWN);
    assertThat(inspect("a", ascii("OggS..........OpusHead")).type()).isEqualTo("audio/ogg");
    assertThat(inspect("a", ascii("ID3......")).type()).isEqualTo("audio/mpeg");
    assertThat(inspect("a", ascii("%PDF-1.7 ")).type()).isEqualTo("application/pdf");
    assertThat(inspect("a.DOCX", ascii("PK\3\4......")).type()).contains("wordprocessingml");
    assertThat(inspect("a.html", ascii("PK\3\4......")).type()).isEqualTo("application/zip");
    assertThat(inspect("a", "你好\n".getBytes(StandardCharsets.UTF_8)).type())
        .isEqualTo("text/plain");
    assertThat(inspect("a.txt", ascii("MZ\0\1")).type()).isEqualTo(MediaTypes.UNKNOWN);
    assertThat(inspect("a.jpg", ascii("\u00ff\u00d8\u00ff<script>")).type())
        .isEqualTo(MediaTypes.UNKNOWN);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  @DisplayName("names have no paths, no controls and no marks of direction, and keep their ends")
  void names() {
    assertThat(NewFile.of("../../etc/passwd", null, null, null).name()).isEqualTo("passwd");
    assertThat(NewFile.of("C:\\x\\photo.jpg", null, null, null).name()).isEqualTo("photo.jpg");
    assertThat(NewFile.of("a\u202Egpj.exe\r\n\0", null, null, null).name()).isEqualTo("agpj.exe");
    assertThat(NewFile.of("照片 👨‍👩‍👧.jpg", null, null, null).name()).isEqualTo("照片 👨‍👩‍👧.jpg");
    for (String none : new String[] {null, "", " ", "..", "/", "\u200b"}) {
      assertThat(NewFile.of(none, null, null, null).name()).isEqualTo("file");
    }
    String cut = NewFile.of("👋".repeat(300) + ".jpg", null, null, null).name();
    assertThat(cut).endsWith(".jpg").contains("…");
    assertThat(cut.length()).isLessThanOrEqualTo(255);
  }
}
