package imserver.database;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** The folder of the embedded database, whose files hold every message as plain text. */
final class DataFolder {

  private static final System.Logger LOG = System.getLogger(DataFolder.class.getName());

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private DataFolder() {}

  /**
   * Creates it with permissions for its owner only, on systems that have such permissions; missing
   * folders above it get the default permissions. One that exists is left as it is.
   *
   * @throws IOException if it cannot be created
   */
  static void create(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(folder, attributes(folder));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) { // else another thread has created it
        throw e;
      }
    }
  }

  private static FileAttribute<?>[] attributes(Path folder) {
    return isPosix(folder)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Logs a warning where others than its owner can read it. */
  static void warnIfOpen(Path folder) {
    try {
      if (isPosix(folder) && isOpen(folder)) {
        LOG.log(
            Level.WARNING,
            "other users of this machine can look into {0}, where messages are kept; close it with:"
                + " chmod 700 {0}",
            folder);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the permissions of {0} cannot be read: {1}", folder, e.getMessage());
    }
  }

  private static boolean isOpen(Path folder) throws IOException {
    Set<PosixFilePermission> ofOthers = EnumSet.copyOf(Files.getPosixFilePermissions(folder));
    ofOthers.removeAll(OWNER_ONLY);
    return !ofOthers.isEmpty();
  }
}
