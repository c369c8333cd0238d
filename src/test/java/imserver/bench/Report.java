package imserver.bench;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What was measured: a line on standard output as it comes, and all of it as JSON. */
final class Report {

  /**
   * One measurement.
   *
   * @param server {@code -} where none is involved
   * @param subject what was measured: the product or a reference
   * @param part of the benchmark
   * @param figures what it brought
   */
  record Row(String server, String subject, String part, Figures figures) {}

  private final Map<String, String> facts = new LinkedHashMap<>();
  private final List<Row> rows = new ArrayList<>();

  /** Notes what the figures depend on. */
  Report(Options options, String postgres) throws IOException {
    Runtime runtime = Runtime.getRuntime();
    fact("date", OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString());
    fact("processors", String.valueOf(runtime.availableProcessors()));
    fact("processor", procLine("/proc/cpuinfo", "model name"));
    fact("memory", procLine("/proc/meminfo", "MemTotal"));
    fact("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    fact("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    fact("postgresql", postgres + ", fsync on, on the same machine as server and client");
    fact(
        "load before",
        String.valueOf(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    fact("options", options.toString());
  }

  private void fact(String name, String value) {
    facts.put(name, value);
    System.out.println(name + ": " + value);
  }

  private static String procLine(String file, String name) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("unknown");
  }

  /** Takes down a measurement and prints it. */
  void add(Row row) {
    rows.add(row);
    StringBuilder line =
        new StringBuilder("%-13s %-18s %-22s".formatted(row.server, row.subject, row.part));
    row.figures
        .values()
        .forEach((name, value) -> line.append("  %s %s".formatted(name, number(value))));
    System.out.println(line);
  }

  private static String number(double value) {
    String format = value >= 100 || value == Math.rint(value) ? "%,.0f" : "%.3f";
    return format.formatted(value);
  }

  /** A figure that was taken down before. */
  OptionalDouble find(String server, String subject, String part, String figure) {
    return rows.stream()
        .filter(row -> row.server.equals(server))
        .filter(row -> row.subject.equals(subject) && row.part.equals(part))
        .map(row -> row.figures.find(figure))
        .filter(OptionalDouble::isPresent)
        .findFirst()
        .orElse(OptionalDouble.empty());
  }

  /** Writes everything as JSON. */
  void write(Path file) throws IOException {
    JsonObjectBuilder machine = Json.createObjectBuilder();
    facts.forEach(machine::add);
    JsonArrayBuilder results = Json.createArrayBuilder();
    for (Row row : rows) {
      JsonObjectBuilder figures = Json.createObjectBuilder();
      row.figures.values().forEach((name, value) -> figures.add(name, rounded(value)));
      results.add(
          Json.createObjectBuilder()
              .add("server", row.server)
              .add("subject", row.subject)
              .add("part", row.part)
              .add("figures", figures));
    }
    Map<String, Boolean> pretty = Map.of(JsonGenerator.PRETTY_PRINTING, true);
    try (Writer writer = Files.newBufferedWriter(file);
        var json = Json.createWriterFactory(pretty).createWriter(writer)) {
      json.writeObject(
          Json.createObjectBuilder().add("machine", machine).add("results", results).build());
    }
  }

  private static double rounded(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.4f", value));
  }
}
