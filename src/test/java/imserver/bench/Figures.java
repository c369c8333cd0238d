package imserver.bench;

import imserver.bench.GcLog.Pauses;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** What one measurement brought: numbers by name, the unit in the name. */
final class Figures {

  private final Map<String, Double> values = new LinkedHashMap<>();

  Figures with(String name, double value) {
    values.put(name, value);
    return this;
  }

  /** Throughput and latencies of a load. */
  Figures with(Meter meter) {
    return with("msg/s", meter.rate())
        .percentiles("ack", meter.acknowledged())
        .percentiles("recv", meter.received());
  }

  private Figures percentiles(String name, Histogram nanos) {
    return with(name + " p50 ms", nanos.getValueAtPercentile(50) / 1e6)
        .with(name + " p99 ms", nanos.getValueAtPercentile(99) / 1e6)
        .with(name + " p99.9 ms", nanos.getValueAtPercentile(99.9) / 1e6);
  }

  Figures with(Pauses pauses) {
    return with("gc young", pauses.young())
        .with("gc full", pauses.full())
        .with("gc p99 ms", pauses.p99());
  }

  /** A figure's ratio to that of a reference, if the reference was measured. */
  Figures ratio(String to, String name, OptionalDouble reference) {
    reference.ifPresent(other -> with("of " + to, values.get(name) / other));
    return this;
  }

  OptionalDouble find(String name) {
    Double value = values.get(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** In the order in which they were added. */
  Map<String, Double> values() {
    return Collections.unmodifiableMap(values);
  }
}
