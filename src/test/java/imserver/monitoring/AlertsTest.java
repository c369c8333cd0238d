package imserver.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import imserver.server.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The rules for Prometheus")
class AlertsTest {

  private static final Path FOLDER = Path.of("docs", "monitoring");

  @Test
  @DisplayName("have each a case in which they fire")
  void complete() throws IOException {
    Set<String> rules = found("alert: (\\w+)", "alerts.yml");
    assertThat(rules).isNotEmpty();
    assertThat(found("alertname: (\\w+)\\n +exp_alerts:\\n", "alerts-test.yml")).isEqualTo(rules);
  }

  private static Set<String> found(String pattern, String file) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(FOLDER.resolve(file)))
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  @DisplayName("fire when they have to and else not, as promtool finds where there is one")
  void fire() throws IOException, InterruptedException {
    Optional<Path> promtool = Programs.find(List.of("promtool"));
    assumeTrue(promtool.isPresent(), "rules of alerts not tested: no promtool on the path");
    Process process =
        new ProcessBuilder(promtool.orElseThrow().toString(), "test", "rules", "alerts-test.yml")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
