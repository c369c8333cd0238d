package launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Runs a command of the WAR: {@code java -jar teaching.war copy …}. It unpacks the classes and
 * libraries of the WAR into a temporary folder, which goes at the end, also after Ctrl-C.
 */
public final class Main {

  private static final String COMMANDS = "imserver.transfer.Commands";
  private static final String CLASSES = "WEB-INF/classes/";
  private static final String LIBRARIES = "WEB-INF/lib/";

  private Main() {}

  /** Ends the process with 0 where the command was done, 1 where it was not, 2 where none is. */
  public static void main(String[] arguments) throws IOException, URISyntaxException {
    URI war = Main.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path folder = Files.createTempDirectory("imserver-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    Logger.getLogger("").setLevel(Level.WARNING); // what a migration does is of no interest here
    URL[] libraries = unpack(Path.of(war), folder);
    int status;
    try (URLClassLoader loader =
        new URLClassLoader(libraries, ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      status = run(loader, arguments);
    }
    System.exit(status);
  }

  private static int run(ClassLoader loader, String[] arguments) {
    try {
      return (int)
          Class.forName(COMMANDS, true, loader)
              .getMethod("run", String[].class, PrintStream.class, PrintStream.class)
              .invoke(null, arguments, System.out, System.err);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this is not a WAR of imserver", e);
    }
  }

  private static URL[] unpack(Path war, Path folder) throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
    try (ZipFile zip = new ZipFile(war.toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
        String name = entry.getName();
        if (entry.isDirectory()) {
          continue;
        }
        if (name.startsWith(CLASSES)) {
          unpack(zip, entry, within(classes, name.substring(CLASSES.length())));
        } else if (name.startsWith(LIBRARIES)) {
          Path library = within(folder, name.substring(LIBRARIES.length()));
          unpack(zip, entry, library);
          urls.add(library.toUri().toURL());
        }
      }
    }
    return urls.toArray(URL[]::new);
  }

  private static Path within(Path folder, String name) throws IOException {
    Path path = folder.resolve(name).normalize();
    if (!path.startsWith(folder)) {
      throw new IOException("the WAR has a file outside of it: " + name);
    }
    return path;
  }

  private static void unpack(ZipFile zip, ZipEntry entry, Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      Files.copy(in, path);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + folder);
    }
  }
}
