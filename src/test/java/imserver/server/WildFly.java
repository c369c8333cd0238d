package imserver.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** WildFly: an instance is a copy of the folder {@code standalone}. */
final class WildFly implements ServerProduct.Launch {

  @Override
  public List<String> prepare(Path home, Path folder, int port) throws IOException {
    Path base = folder.resolve("standalone");
    if (!Files.exists(base)) {
      Folders.copy(home.resolve("standalone"), base);
      Files.copy(war(), deployed(folder));
    }
    return List.of(
        "env",
        "JAVA_HOME=" + System.getProperty("java.home"),
        home.resolve("bin/standalone.sh").toString(),
        "-Djboss.server.base.dir=" + base,
        "-Djboss.bind.address=127.0.0.1",
        "-Djboss.bind.address.management=127.0.0.1",
        "-Djboss.http.port=" + port,
        "-Djboss.https.port=" + TestEnvironment.freePort(),
        "-Djboss.management.http.port=" + TestEnvironment.freePort());
  }

  @Override
  public Path deployed(Path folder) {
    return folder.resolve("standalone/deployments/teaching.war");
  }

  @Override
  public Path dataFolder(Path folder) {
    return folder.resolve("standalone/data/imserver");
  }
}
