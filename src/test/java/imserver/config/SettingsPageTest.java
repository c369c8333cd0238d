package imserver.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The table of docs/SETTINGS.md")
class SettingsPageTest {

  private static final Path PAGE = Path.of("docs", "SETTINGS.md");
  private static final Path EXPECTED = Path.of("target", "config-table.md");

  private static List<String> rows() {
    return ConfigReader.settings().map(SettingsPageTest::row).toList();
  }

  private static String row(Setting setting) {
    String fallback = setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "` ";
    return "| `%s` | %s| %s |".formatted(setting.key(), fallback, setting.meaning());
  }

  /** Its lines, whatever the width of the table's columns. */
  private static List<String> page() throws IOException {
    List<String> lines = Files.exists(PAGE) ? Files.readAllLines(PAGE) : List.of();
    return lines.stream().map(line -> line.replaceAll(" +", " ")).toList();
  }

  @Test
  @DisplayName("has the row of every key")
  void everyKey() throws IOException {
    List<String> rows = rows();
    Files.createDirectories(EXPECTED.getParent());
    Files.write(EXPECTED, rows);
    assertThat(page())
        .as("%s must hold these rows (%s):%n%s", PAGE, EXPECTED, String.join("\n", rows))
        .containsAll(rows);
  }

  @Test
  @DisplayName("has no row of a key that no setting has")
  void nothingElse() throws IOException {
    Stream<String> settings = page().stream().filter(line -> line.startsWith("| `IMSERVER_"));
    assertThat(settings).isSubsetOf(rows());
  }
}
