package imserver.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tomcat: an instance is a CATALINA_BASE of its own beside the distribution. */
final class Tomcat implements ServerProduct.Launch {

  /** Fewer than by default, so that a few dozen slow clients show whether one of them holds one. */
  private static final int THREADS = 25;

  /** What docs/DEPLOY.md has for one application, for all of an instance. */
  private static final String SCAN_NO_LIBRARY =
      "<JarScanner><JarScanFilter defaultPluggabilityScan=\"false\" defaultTldScan=\"false\"/></JarScanner>";

  @Override
  public Path war() {
    return Path.of(System.getProperty("imserver.test.tomcat.war"));
  }

  @Override
  public List<String> prepare(Path home, Path folder, int port) throws IOException {
    if (!Files.exists(folder.resolve("conf"))) {
      Folders.copy(home.resolve("conf"), folder.resolve("conf"));
      Folders.edit(
          folder.resolve("conf/server.xml"),
          xml ->
              xml.replace("port=\"8080\"", "port=\"" + port + "\" address=\"127.0.0.1\"")
                  .replace(
                      "connectionTimeout=", "maxThreads=\"" + THREADS + "\" connectionTimeout=")
                  .replace("port=\"8005\"", "port=\"-1\"")
                  .replace("<Engine ", "<Engine backgroundProcessorDelay=\"1\" "));
      for (String name : List.of("logs", Folders.TEMPORARY, "webapps", "work")) {
        Files.createDirectories(folder.resolve(name));
      }
      Folders.edit(
          folder.resolve("conf/context.xml"),
          xml -> xml.replace("<Context>", "<Context>" + SCAN_NO_LIBRARY));
      Path war = war(folder);
      Files.copy(war, deployed(folder));
      if (war.equals(war())) {
        ExpandedWar.link(war, deployed(folder));
      }
    }
    return List.of(
        "env",
        "JAVA_HOME=" + System.getProperty("java.home"),
        "CATALINA_BASE=" + folder,
        "CATALINA_OPTS=-Xmx512m " + ClassData.option(home.getFileName().toString()),
        "bash",
        home.resolve("bin/catalina.sh").toString(),
        "run");
  }

  @Override
  public Path deployed(Path folder) {
    return folder.resolve("webapps/teaching.war");
  }

  @Override
  public Path dataFolder(Path folder) {
    return folder.resolve("imserver");
  }
}
