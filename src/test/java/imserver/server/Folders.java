package imserver.server;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** What making a server's instance takes. */
public final class Folders {

  /** What is done with a text. */
  @FunctionalInterface
  public interface Change {
    String apply(String text) throws IOException;
  }

  /** Of an instance, for files that nobody looks into: Payara Micro unpacks itself, 100 MB. */
  static final String TEMPORARY = "temp";

  private Folders() {}

  /** Deletes a folder with all that is in it, if it is there. */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Copies a folder with all that is in it. */
  public static void copy(Path from, Path to) throws IOException {
    repeat(from, to, Files::copy);
  }

  /** The same without another copy of what is in the files: nobody may write into them. */
  static void link(Path from, Path to) throws IOException {
    repeat(from, to, (file, link) -> Files.createLink(link, file));
  }

  /** How a file is made of another. */
  @FunctionalInterface
  private interface Making {
    void make(Path file, Path other) throws IOException;
  }

  private static void repeat(Path from, Path to, Making making) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            making.make(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Replaces the text of a file. */
  public static void edit(Path file, Change change) throws IOException {
    Files.writeString(file, change.apply(Files.readString(file)));
  }
}
