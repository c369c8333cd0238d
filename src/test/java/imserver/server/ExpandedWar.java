package imserver.server;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * What Tomcat makes of a WAR before it starts it, made once for all instances: to expand it takes a
 * sixth of a start. The files of an instance are links to those of the first.
 */
final class ExpandedWar {

  /** Beside the files: as old as the WAR, or Tomcat expands it anew ({@code ExpandWar}). */
  private static final String TRACKER = "META-INF/war-tracker";

  private ExpandedWar() {}

  /** Puts the files of the WAR at {@code war} where Tomcat has them for {@code deployed}. */
  static void link(Path war, Path deployed) throws IOException {
    Path to = deployed.resolveSibling(deployed.getFileName().toString().replace(".war", ""));
    Folders.link(expanded(war), to);
    Path tracker = Files.createFile(to.resolve(TRACKER));
    Files.setLastModifiedTime(tracker, Files.getLastModifiedTime(deployed));
  }

  private static synchronized Path expanded(Path war) throws IOException {
    Path folder = TestEnvironment.folder("expanded-" + Files.getLastModifiedTime(war).toMillis());
    if (Files.exists(folder)) {
      return folder;
    }
    Path part = TestEnvironment.folder("expanded.part-" + ProcessHandle.current().pid());
    Folders.delete(part);
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(war))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path file = part.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          Files.copy(in, file);
          Files.setLastModifiedTime(file, entry.getLastModifiedTime());
        }
      }
    }
    try {
      return Files.move(part, folder);
    } catch (FileSystemException e) {
      if (!Files.exists(folder)) {
        throw e;
      }
      Folders.delete(part); // another process has made it meanwhile
      return folder;
    }
  }
}
