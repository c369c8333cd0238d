package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A migration that a release contained")
class ReleasedMigrationsTest {

  private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
  private static final Path RELEASED = Path.of("src/test/resources/released-migrations.txt");
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (\\S+)");
  private static final Pattern VERSION =
      Pattern.compile("<artifactId>imserver</artifactId>\\s*<version>([^<]+)</version>");

  private static Map<String, String> released() throws IOException {
    Map<String, String> checksums = new LinkedHashMap<>();
    for (String line : Files.readAllLines(RELEASED)) {
      if (!line.startsWith("#") && !line.isBlank()) {
        Matcher parts = LINE.matcher(line);
        assertThat(parts.matches()).as(line).isTrue();
        checksums.put(parts.group(2), parts.group(1));
      }
    }
    return checksums;
  }

  private static Map<String, String> present() throws Exception {
    Map<String, String> checksums = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(MIGRATIONS)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        checksums.put(
            MIGRATIONS.relativize(file).toString().replace('\\', '/'),
            HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file))));
      }
    }
    return checksums;
  }

  @Test
  @DisplayName("is there, and is what it was")
  void unchanged() throws Exception {
    assertThat(present()).containsAllEntriesOf(released());
  }

  @Test
  @DisplayName("is written down by the time of the release")
  void writtenDown() throws Exception {
    Matcher version = VERSION.matcher(Files.readString(Path.of("pom.xml")));
    assertThat(version.find()).isTrue();
    if (!version.group(1).endsWith("-SNAPSHOT")) {
      assertThat(released().keySet())
          .containsAll(present().keySet().stream().filter(file -> file.contains("/V")).toList());
    }
  }

  @Test
  @DisplayName("is one of a known database, versioned or repeatable")
  void names() throws Exception {
    assertThat(present().keySet())
        .contains("h2/flyway.location", "mariadb/flyway.location", "postgresql/flyway.location")
        .filteredOn(file -> !file.endsWith("/flyway.location")) // by which Open Liberty finds them
        .allMatch(file -> file.matches("(h2|mariadb|postgresql)/(V\\d+|R)__\\w+\\.sql"));
  }
}
