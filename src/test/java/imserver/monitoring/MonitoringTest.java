package imserver.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import imserver.monitoring.Meters.FailedCommit;
import imserver.monitoring.Monitoring.Exposition;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The metrics")
class MonitoringTest {

  private Monitoring monitoring = new Monitoring(Configs.with());

  @AfterEach
  void stop() {
    monitoring.stop();
  }

  private String scrape() {
    Exposition metrics = monitoring.scrape(null);
    assertThat(metrics).isNotNull();
    return metrics.text();
  }

  private Map<String, Double> series() {
    return scrape()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" (?=[^ ]*$)", 2))
        .collect(Collectors.toMap(parts -> parts[0], parts -> Double.parseDouble(parts[1])));
  }

  @Test
  @DisplayName("are kept from the start on, in buckets that a rule can ask for")
  void kept() {
    monitoring.start();
    Map<String, Double> before = series();
    Meters.stored(3);
    Meters.committed(TimeUnit.MILLISECONDS.toNanos(4));
    Meters.commitFailed(FailedCommit.UNKNOWN);
    Map<String, Double> more = new HashMap<>(series());
    more.replaceAll((name, value) -> value - before.getOrDefault(name, 0.0));
    assertThat(more)
        .containsEntry("imserver_messages_stored_total", 3.0)
        .containsEntry("imserver_message_commit_seconds_bucket{le=\"0.002\"}", 0.0)
        .containsEntry("imserver_message_commit_seconds_bucket{le=\"0.005\"}", 1.0)
        .containsEntry("imserver_message_commit_seconds_count", 1.0)
        .containsEntry("imserver_commits_failed_total{outcome=\"unknown\"}", 1.0)
        .containsEntry("imserver_commits_failed_total{outcome=\"rolled_back\"}", 0.0);
    assertThat(scrape())
        .contains("jvm_memory_used_bytes")
        .contains("jvm_gc_")
        .contains("process_uptime_seconds");
  }

  @Test
  @DisplayName("are given as OpenMetrics to who takes that, else as Prometheus' own text")
  void formats() {
    monitoring.start();
    String accept =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
    Exposition open = monitoring.scrape(accept);
    assertThat(open).isNotNull();
    assertThat(open.type()).startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(open.text()).endsWith("# EOF\n");
    Exposition text = monitoring.scrape("*/*");
    assertThat(text).isNotNull();
    assertThat(text.type()).startsWith("text/plain; version=0.0.4");
  }

  @Test
  @DisplayName("of a gauge are those of who has registered last: a server that was started anew")
  void gauges() {
    monitoring.start();
    Meters.gauge("imserver.test", "of a test", () -> 1, "tag", "a");
    Meters.gauge("imserver.test", "of a test", () -> 2, "tag", "a");
    Meters.gauge("imserver.test", "of a test", () -> 3, "tag", "b");
    assertThat(scrape())
        .contains("imserver_test{tag=\"a\"} 2.0\n")
        .contains("imserver_test{tag=\"b\"} 3.0\n");
  }

  @Test
  @DisplayName("are not there where the settings turn them off, nor after the end")
  void off() {
    Monitoring off = new Monitoring(Configs.with("IMSERVER_METRICS", "off"));
    off.start();
    assertThat(off.scrape(null)).isNull();
    off.stop();
    monitoring.start();
    assertThat(monitoring.scrape(null)).isNotNull();
    Meters.gauge("imserver.test", "of a test", () -> 1);
    monitoring.stop();
    assertThat(monitoring.scrape(null)).isNull();
    assertThat(Meters.REGISTRY.find("imserver.test").meters()).isEmpty();
  }
}
