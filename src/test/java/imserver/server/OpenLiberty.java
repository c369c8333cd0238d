package imserver.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Open Liberty: an instance is a server in a user folder of its own. */
final class OpenLiberty implements ServerProduct.Launch {

  @Override
  public List<String> prepare(Path home, Path folder, int port) throws IOException {
    Path server = folder.resolve("servers/teaching");
    if (!Files.exists(server)) {
      Files.createDirectories(server.resolve("dropins"));
      Files.writeString(
          server.resolve("server.xml"),
          """
          <server>
            <featureManager><feature>jakartaee-10.0</feature></featureManager>
            <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="%d" httpsPort="-1"/>
          </server>
          """
              .formatted(port));
      Files.copy(war(), deployed(folder));
    }
    return List.of(
        "env",
        "JAVA_HOME=" + System.getProperty("java.home"),
        "WLP_USER_DIR=" + folder,
        home.resolve("bin/server").toString(),
        "run",
        "teaching");
  }

  @Override
  public Path deployed(Path folder) {
    return folder.resolve("servers/teaching/dropins/teaching.war");
  }

  @Override
  public Path dataFolder(Path folder) {
    return folder.resolve("servers/teaching/imserver");
  }
}
