package imserver.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What the threads of a server are doing. */
final class Threads {

  private Threads() {}

  /** The stack of each thread, with its name. */
  static List<String> of(ServerProcess server) throws IOException, InterruptedException {
    return List.of(jcmd(server, "Thread.print").split("\n\n"));
  }

  /** Asks the JVM of a server. */
  static String jcmd(ServerProcess server, String command)
      throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(server.pid()),
                command)
            .redirectErrorStream(true)
            .start();
    String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new IOException(output);
    }
    return output;
  }
}
