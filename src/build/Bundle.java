import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes one file of each script that a page loads, {@code bundle/NAME-HASH.js}, since a browser on
 * a slow network would ask for the modules level by level. The hash is of the content: a browser
 * may keep such a file for ever. The modules are in the WAR beside it, as they are.
 *
 * <p>Host pages name {@code im-chat.js}, so this becomes a line that loads the bundle; the module
 * of that name is {@code im-chat-modules.js}. The page of the server names its bundle itself; its
 * module loads that of the chat, since the policy of the page allows one copy of Lit.
 */
class Bundle {

  private static final String META_URL = "import.meta.url";

  /** What the modules are written in; esbuild puts nothing newer in its place. */
  private static final String TARGET = "es2022";

  /**
   * Run by the build.
   *
   * @param args the executable of esbuild; the folder of the sources; the folder of what goes into
   *     the WAR beside them, with Lit in it; a folder for what is made on the way
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path esbuild = Path.of(args[0]).toAbsolutePath();
    Path sources = Path.of(args[1]);
    Path web = Path.of(args[2]);
    Path work = Path.of(args[3]);
    copyModules(sources, work);
    copyModules(web.resolve("lib"), work.resolve("lib"));
    run(esbuild, work, "im-chat.js", "page.js");
    Path bundles = work.resolve("bundle");
    Files.createDirectories(web.resolve("bundle"));
    for (Path file : files(bundles)) {
      Path copy = web.resolve("bundle").resolve(file.getFileName());
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(
        web.resolve("im-chat.js"),
        "export * from \"./%s\";\n".formatted(named(bundles, "im-chat")));
    Files.copy(
        sources.resolve("im-chat.js"),
        web.resolve("im-chat-modules.js"),
        StandardCopyOption.REPLACE_EXISTING);
    edit(sources, web, "page.js", "\"./im-chat.js\"", "\"./im-chat-modules.js\"");
    edit(sources, web, "index.html", "\"page.js\"", '"' + named(bundles, "page") + '"');
  }

  /** With what a module takes its own address for, which in a bundle is another one. */
  private static void copyModules(Path from, Path to) throws IOException {
    for (Path module : files(from)) {
      if (module.toString().endsWith(".js")) {
        String path = from.relativize(module).toString().replace('\\', '/');
        String own = "new URL(\"../%s\", %s).href".formatted(path, META_URL);
        Path copy = to.resolve(path);
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, Files.readString(module).replace(META_URL, own));
      }
    }
  }

  private static void run(Path esbuild, Path folder, String... entries)
      throws IOException, InterruptedException {
    if (!esbuild.toFile().setExecutable(true)) {
      throw new IOException("cannot be made executable: " + esbuild);
    }
    List<String> options =
        List.of(
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=" + TARGET,
            "--charset=utf8",
            "--legal-comments=eof", // licences ask for it
            "--sourcemap", // so that debuggers show the modules
            "--entry-names=[name]-[hash]",
            "--outdir=bundle",
            "--log-level=warning");
    Process process =
        new ProcessBuilder(
                Stream.of(Stream.of(esbuild.toString()), Stream.of(entries), options.stream())
                    .flatMap(part -> part)
                    .toList())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0 || !said.isBlank()) { // a warning is of something that will not work
      throw new IOException("esbuild: " + said);
    }
  }

  /** The path of the one bundle of a script, as a page beside the folder names it. */
  private static String named(Path bundles, String script) throws IOException {
    return files(bundles).stream()
        .map(file -> "bundle/" + file.getFileName())
        .filter(path -> path.matches("bundle/" + script + "-[A-Z0-9]{8}\\.js"))
        .reduce((one, other) -> fail("two bundles: " + one + ", " + other))
        .orElseGet(() -> fail("no bundle of " + script));
  }

  private static void edit(Path from, Path to, String file, String part, String with)
      throws IOException {
    String text = Files.readString(from.resolve(file));
    if (!text.contains(part)) {
      fail("not in " + file + ": " + part);
    }
    Files.writeString(to.resolve(file), text.replace(part, with));
  }

  private static String fail(String why) {
    throw new IllegalStateException(why);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
