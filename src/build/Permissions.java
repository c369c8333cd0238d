import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives the entries of ZIP archives the permissions that a umask of 022 leaves: the archivers of
 * Maven take over those of the files, by which the same sources would make other bytes under
 * another umask. Nothing else has a place in the archive for them than its central directory, of
 * which APPNOTE 4.3.12 has the fields.
 */
class Permissions {

  private static final int END = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_LENGTH = 46;

  /** In the upper half of the external attributes is what Unix calls the mode. */
  private static final int PERMISSIONS = 0777 << 16;

  private static final int FOLDER = 0755 << 16;
  private static final int FILE = 0644 << 16;

  /**
   * Run by the build.
   *
   * @param args the archives
   */
  public static void main(String[] args) throws IOException {
    for (String arg : args) {
      Path archive = Path.of(arg);
      ByteBuffer bytes =
          ByteBuffer.wrap(Files.readAllBytes(archive)).order(ByteOrder.LITTLE_ENDIAN);
      set(bytes, archive);
      Files.write(archive, bytes.array());
    }
  }

  private static void set(ByteBuffer bytes, Path archive) throws IOException {
    int end = bytes.capacity() - END_LENGTH; // the archivers write no comment behind it
    int entries = Short.toUnsignedInt(bytes.getShort(end + 10));
    expect(bytes.getInt(end) == END && entries < 0xffff, archive);
    int at = bytes.getInt(end + 16);
    for (int i = 0; i < entries; i++) {
      expect(bytes.getInt(at) == ENTRY, archive);
      int name = Short.toUnsignedInt(bytes.getShort(at + 28));
      int extra = Short.toUnsignedInt(bytes.getShort(at + 30));
      int comment = Short.toUnsignedInt(bytes.getShort(at + 32));
      boolean folder = bytes.get(at + ENTRY_LENGTH + name - 1) == '/';
      int attributes = bytes.getInt(at + 38) & ~PERMISSIONS;
      bytes.putInt(at + 38, attributes | (folder ? FOLDER : FILE));
      at += ENTRY_LENGTH + name + extra + comment;
    }
    expect(at == end, archive);
  }

  private static void expect(boolean so, Path archive) throws IOException {
    if (!so) {
      throw new IOException("not an archive as the build makes them: " + archive);
    }
  }
}
