package imserver.bench;

import imserver.bench.Report.Row;
import imserver.server.MigratedMariaDb;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.logging.Level;
import java.util.logging.Logger;

/** {@code mvn -Pbench}: see the package for what it does and {@link Options} for the choices. */
public final class Benchmark {

  /** The database at its best: as many writers as the product has. */
  static final String TWO_WRITERS = "2 × 128 rows";

  /** Says nothing of each migration; held, since a logger that nobody holds forgets its level. */
  private static final Logger FLYWAY = Logger.getLogger("org.flywaydb");

  /** The classes of the relay. */
  private static final List<String> RELAY = List.of("Relay", "Relay$Outbox", "Unscheduled");

  /** In seconds, where there is little to be compiled. */
  private static final double WARM_UP = 4;

  private Benchmark() {}

  /** Runs the parts that are asked for; fails if a message is lost, doubled or out of order. */
  public static void main(String[] arguments) throws Exception {
    FLYWAY.setLevel(Level.WARNING);
    Options options = Options.read();
    Path folder = options.target().resolve("bench");
    Files.createDirectories(folder);
    try (Database database = new Database(folder.resolve("postgresql"), options.postgresql())) {
      Report report = new Report(options, database.version());
      try {
        if (options.has("ceilings")) {
          client(options, report);
          database(options, database, report);
        }
        for (Server.Product product : options.servers()) {
          new ServerRun(product, options, database, relayWar(folder), report).run();
        }
      } finally {
        report.write(folder.resolve("results.json"));
      }
    }
    System.exit(0); // whatever thread is left
  }

  private static Path relayWar(Path folder) throws IOException {
    Path file = folder.resolve("relay/teaching.war");
    Files.createDirectories(file.getParent());
    try (JarOutputStream war = new JarOutputStream(Files.newOutputStream(file))) {
      for (String name : RELAY) {
        String path = "imserver/bench/" + name + ".class";
        war.putNextEntry(new JarEntry("WEB-INF/classes/" + path));
        try (InputStream bytes = Benchmark.class.getResourceAsStream("/" + path)) {
          bytes.transferTo(war);
        }
      }
    }
    return file;
  }

  private static void client(Options options, Report report) throws IOException {
    for (int window : new int[] {8, 1}) {
      try (NullServer server = new NullServer();
          Load load = new Load(server.port(), options.pairs(), new Users())) {
        Meter meter = load.closedLoop(window, WARM_UP, options.seconds());
        report.add(
            new Row("-", "client", "throughput, window " + window, new Figures().with(meter)));
      }
    }
  }

  private static void database(Options options, Database database, Report report) throws Exception {
    ceilings(
        "database",
        DatabaseCeiling.of(database, database.create("bench_ceiling")),
        options,
        report);
    if (options.has("mariadb")) {
      try (MigratedMariaDb mariaDb = MigratedMariaDb.start(ServerRun.MARIADB_OPTIONS)) {
        ceilings("database-mariadb", DatabaseCeiling.of(mariaDb), options, report);
      }
    }
  }

  private static void ceilings(
      String subject, DatabaseCeiling ceiling, Options options, Report report) throws Exception {
    ceiling(subject, ceiling, 1, 1, "1 × 1 row", options, report);
    ceiling(subject, ceiling, 1, 128, "1 × 128 rows", options, report);
    ceiling(subject, ceiling, 2, 128, TWO_WRITERS, options, report);
  }

  private static void ceiling(
      String subject,
      DatabaseCeiling ceiling,
      int threads,
      int batch,
      String part,
      Options options,
      Report report)
      throws Exception {
    long firstUser = 1000L * batch + threads * 10L;
    DatabaseCeiling.Result result =
        ceiling.run(threads, batch, 0, firstUser, WARM_UP, options.seconds());
    Figures figures =
        new Figures()
            .with("rows/s", result.perSecond())
            .with("commit p50 ms", result.commits().getValueAtPercentile(50) / 1e6)
            .with("commit p99 ms", result.commits().getValueAtPercentile(99) / 1e6);
    report.add(new Row("-", subject, part, figures));
  }
}
