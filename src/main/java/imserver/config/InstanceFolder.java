package imserver.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a server keeps its own files in. Two servers on one machine have two, also where
 * they are started in the same working directory.
 */
final class InstanceFolder {

  /** The system properties by which servers name it, the most specific first. */
  private static final List<String> PROPERTIES =
      List.of(
          "jboss.server.data.dir", // WildFly
          "com.sun.aas.instanceRoot", // Payara, GlassFish
          "catalina.base", // Tomcat; Payara sets it too
          "server.output.dir"); // Open Liberty

  /** Ours within the server's. */
  private static final String NAME = "imserver";

  private InstanceFolder() {}

  /**
   * Where to keep what belongs to this application on this server.
   *
   * @param systemProperties the text of a system property, null if unset
   * @return {@code imserver} in the server's folder; {@code data} in the working directory where
   *     the server has no folder that outlives it, like Payara Micro
   */
  static Path of(UnaryOperator<@Nullable String> systemProperties) {
    Path temporary = Path.of(systemProperties.apply("java.io.tmpdir"));
    return PROPERTIES.stream()
        .flatMap(property -> Stream.ofNullable(systemProperties.apply(property)))
        .map(Path::of)
        .filter(folder -> !isTemporary(folder, temporary))
        .findFirst()
        .map(folder -> folder.resolve(NAME))
        .orElse(Path.of("data"));
  }

  /** Payara Micro and Embedded run in a temporary folder, which they delete at their end. */
  private static boolean isTemporary(Path folder, Path temporary) {
    Path parent = real(folder).getParent();
    return real(temporary).equals(parent) && folder.toString().endsWith("tmp");
  }

  /** The same text for the same folder, whatever links lead to it. */
  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder.toAbsolutePath().normalize();
    }
  }
}
