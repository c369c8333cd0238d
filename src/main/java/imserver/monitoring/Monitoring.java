package imserver.monitoring;

import imserver.config.Config;
import imserver.config.Config.LogFormat;
import imserver.config.Config.Switch;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives to Prometheus what {@link Meters} are told, and what the JVM tells of itself; and has the
 * log written as the settings say.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Monitoring {

  @Inject private Config config;

  private volatile boolean isOn;
  private @Nullable JvmGcMetrics collections;
  private @Nullable JsonLog log;

  /** For the container, which injects the rest. */
  public Monitoring() {}

  Monitoring(Config config) {
    this.config = config;
  }

  @PostConstruct
  void start() {
    if (config.monitoring().log() == LogFormat.JSON) {
      log = JsonLog.start();
    }
    if (config.monitoring().metrics() == Switch.OFF) {
      return;
    }
    collections = new JvmGcMetrics();
    List.of(
            new JvmMemoryMetrics(),
            collections,
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics())
        .forEach(meters -> meters.bindTo(Meters.REGISTRY));
    isOn = true;
  }

  /**
   * All metrics as they are now.
   *
   * @param accept the media types that the reader takes, as in the header {@code Accept}; null for
   *     any
   * @return null where there are no metrics, by the settings
   */
  public @Nullable Exposition scrape(@Nullable String accept) {
    if (!isOn) {
      return null;
    }
    boolean open = accept != null && accept.contains("application/openmetrics-text");
    String type =
        open
            ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8";
    return new Exposition(type, Meters.REGISTRY.scrape(type));
  }

  /**
   * Metrics as Prometheus reads them.
   *
   * @param type the media type, with its version
   * @param text all metrics
   */
  public record Exposition(String type, String text) {}

  /**
   * Ends what it began, so that nothing in the JVM keeps this application, and forgets who has told
   * figures, so that they are garbage before it is.
   */
  @PreDestroy
  void stop() {
    Meters.forgetGauges();
    isOn = false;
    if (collections != null) {
      collections.close();
    }
    if (log != null) {
      log.stop();
    }
  }
}
