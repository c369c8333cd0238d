package imserver.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs of this machine, which tests start. */
public final class Programs {

  private Programs() {}

  /**
   * The first one that is there.
   *
   * @param names by which it may be called
   * @param folders beside those of the path, after them
   */
  public static Optional<Path> find(List<String> names, String... folders) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(Arrays.stream(path.split(":")), Arrays.stream(folders))
        .flatMap(folder -> names.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
