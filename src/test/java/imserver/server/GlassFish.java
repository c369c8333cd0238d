package imserver.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Payara Server and GlassFish: an instance is a domain, copied from the distribution's own. */
final class GlassFish implements ServerProduct.Launch {

  @Override
  public List<String> prepare(Path home, Path folder, int port) throws IOException {
    Path domain = folder.resolve("domain1");
    if (!Files.exists(domain)) {
      Folders.copy(home.resolve("domains/domain1"), domain);
      Folders.edit(
          domain.resolve("config/domain.xml"), xml -> TestEnvironment.onLoopback(xml, port));
      Files.createDirectories(domain.resolve("autodeploy"));
      Files.copy(war(), deployed(folder));
    }
    Process dryRun =
        new ProcessBuilder(
                home.resolve("bin/asadmin").toString(),
                "start-domain",
                "--domaindir",
                folder.toString(),
                "--dry-run",
                "domain1")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(dryRun.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    List<String> command =
        output
            .lines()
            .map(String::strip)
            .dropWhile(line -> !line.endsWith("/java"))
            .takeWhile(line -> !line.startsWith("Command start-domain"))
            .filter(line -> !line.isEmpty())
            .toList();
    if (command.isEmpty()) {
      throw new IOException("asadmin said: " + output);
    }
    return command;
  }

  @Override
  public Path deployed(Path folder) {
    return folder.resolve("domain1/autodeploy/teaching.war");
  }

  @Override
  public Path dataFolder(Path folder) {
    return folder.resolve("domain1/imserver");
  }
}
