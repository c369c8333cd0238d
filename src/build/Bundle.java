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
 * <p>Host pages name {@code im-chat.js} and {@code imserver-client.js}, so these become lines that
 * load the bundles; the modules of these names are {@code im-chat-modules.js} and {@code
 * imserver-client-modules.js}. The page of the server names its bundle itself; its module loads
 * that of the chat, since the policy of the page allows one copy of Lit.
 *
 * <p>The bundle of the chat has the client library in it, and not from the other bundle: that would
 * be one more file to wait for. Where a page has both, they are to each other as two tabs are.
 */
class Bundle {

  /** What host pages name, without {@code .js}. */
  private static final List<String> NAMED_BY_HOSTS = List.of("im-chat", "imserver-client");

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
    run(esbuild, work, "im-chat.js", "imserver-client.js", "page.js");
    Path bundles = work.resolve("bundle");
    Files.createDirectories(web.resolve("bundle"));
    for (Path file : files(bundles)) {
      Path copy = web.resolve("bundle").resolve(file.getFileName());
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    for (String name : NAMED_BY_HOSTS) {
      String load = "export * from \"./%s\";\n".formatted(named(bundles, name));
      Files.writeString(web.resolve(name + ".js"), load);
      String module = Files.readString(sources.resolve(name + ".js"));
      Files.writeString(web.resolve(name + "-modules.js"), withModules(module));
    }
    Files.writeString(
        web.resolve("page.js"), withModules(Files.readString(sources.resolve("page.js"))));
    edit(sources, web, "index.html", "\"page.js\"", '"' + named(bundles, "page") + '"');
  }

  /** A module that imports modules alone, and no bundle. */
  private static String withModules(String module) {
    String text = module;
    for (String name : NAMED_BY_HOSTS) {
      text = text.replace("\"./%s.js\";".formatted(name), "\"./%s-modules.js\";".formatted(name));
    }
    return text;
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
