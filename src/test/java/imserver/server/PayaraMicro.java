package imserver.server;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Payara Micro: the WAR is an argument, and so are those of other applications. */
final class PayaraMicro implements ServerProduct.Launch {

  @Override
  public List<String> prepare(Path jar, Path folder, int port) throws IOException {
    Path loopback =
        Files.writeString(
            folder.resolve("loopback.txt"),
            "set configs.config.server-config.network-config.network-listeners.network-listener.http-listener.address=127.0.0.1\n");
    List<String> command = new ArrayList<>();
    Collections.addAll(
        command,
        ServerProduct.java(),
        "-Xmx512m",
        ClassData.option(jar.getFileName().toString()),
        "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve(Folders.TEMPORARY)),
        "-jar",
        jar.toString(),
        "--nohazelcast",
        "--disablephonehome",
        "--port",
        String.valueOf(port),
        "--prebootcommandfile",
        loopback.toString(),
        "--contextroot",
        "teaching",
        "--deploy",
        war(folder).toString());
    Path others = folder.resolve(ServerProduct.OTHER_WARS);
    if (Files.exists(others)) {
      try (DirectoryStream<Path> wars = Files.newDirectoryStream(others, "*.war")) {
        wars.forEach(war -> Collections.addAll(command, "--deploy", war.toString()));
      }
    }
    return command;
  }

  @Override
  public Path deployed(Path folder) {
    throw new UnsupportedOperationException("it deploys what its command line names");
  }

  @Override
  public Path dataFolder(Path folder) {
    return folder.resolve("data");
  }
}
