package imserver.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** A copy of a WAR in which one class has another text. */
final class PatchedWar {

  private PatchedWar() {}

  /**
   * Writes it.
   *
   * @param type the class
   * @param text in ASCII, a constant of it or a part of one
   * @param replacement of the same length, so that the class file stays valid
   */
  static void write(Path war, Path copy, String type, String text, String replacement)
      throws IOException {
    String entry = "WEB-INF/classes/" + type.replace('.', '/') + ".class";
    boolean patched = false;
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(war));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(copy))) {
      for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(each.getName()));
        byte[] bytes = in.readAllBytes();
        if (each.getName().equals(entry)) {
          bytes = replace(bytes, text, replacement);
          patched = true;
        }
        out.write(bytes);
      }
    }
    if (!patched) {
      throw new IOException(war + " has no " + entry);
    }
  }

  private static byte[] replace(byte[] bytes, String text, String replacement) throws IOException {
    String old = new String(bytes, StandardCharsets.ISO_8859_1);
    if (!old.contains(text) || text.length() != replacement.length()) {
      throw new IOException("'" + text + "' cannot be replaced");
    }
    return old.replace(text, replacement).getBytes(StandardCharsets.ISO_8859_1);
  }
}
