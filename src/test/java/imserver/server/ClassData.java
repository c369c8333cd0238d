package imserver.server;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Class data that servers of one kind share: the first that is stopped leaves it, those that start
 * later map it rather than parse and verify their classes anew, which saves up to a fifth of the
 * processor time of a start. The JVM compares each class with it, so that a new WAR is no harm.
 * Servers of several processes may write it; one that is not complete is not used.
 */
final class ClassData {

  private ClassData() {}

  /**
   * The option of the JVM that reads the data, or where there is none yet, writes it at the end.
   *
   * @param kind of server, all of which are started by the same command
   */
  static String option(String kind) {
    Path archive = TestEnvironment.folder(kind + ".jsa");
    return (Files.exists(archive) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=")
        + archive;
  }
}
