package imserver.bench;

import imserver.bench.GcLog.Pauses;
import imserver.bench.Report.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** Everything that is measured on one server: its relay first, then the product. */
final class ServerRun {

  static final String PRODUCT = "product";
  static final String RELAY = "relay";

  /** The relay, where Tyrus has been rid of its scheduling. */
  static final String UNSCHEDULED = "relay-unscheduled";

  private static final int REPLAY_USERS = 1000;
  private static final int REPLAY_EACH = 50;

  private final Server.Product product;
  private final Options options;
  private final Database database;
  private final Path relayWar;
  private final Report report;
  private final Users users = new Users();

  ServerRun(
      Server.Product product, Options options, Database database, Path relayWar, Report report) {
    this.product = product;
    this.options = options;
    this.database = database;
    this.relayWar = relayWar;
    this.report = report;
  }

  void run() throws Exception {
    String tables = database.create("bench_" + product.name().toLowerCase(java.util.Locale.ROOT));
    if (options.has("throughput") || options.has("latency")) {
      relay(RELAY, List.of());
      if (product == Server.Product.PAYARA_MICRO) {
        relay(UNSCHEDULED, List.of("-Dbench.relay.unscheduled=true"));
      }
    }
    if (options.stored() > 0) {
      int each = 1000;
      int recipients = options.stored() / each;
      database.insertUnread(
          tables, users.next(recipients), users.next(recipients), recipients, each);
    }
    try (Server server = start(PRODUCT, options.heap(), List.of(), tables)) {
      long before = database.messages(tables);
      long sent = loads(server, PRODUCT);
      if (options.has("stuck")) {
        sent += stuck(server);
      }
      if (database.messages(tables) - before != sent) {
        throw new AssertionError(
            "sent " + sent + ", stored " + (database.messages(tables) - before));
      }
      if (options.has("replay")) {
        replay(server, tables);
      }
    }
    if (options.has("idle")) {
      idle(RELAY, tables);
      idle(PRODUCT, tables);
    }
  }

  private Server start(String subject, String heap, List<String> jvm, String tables)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("-Xmx" + heap));
    all.addAll(options.jvm());
    all.addAll(jvm);
    return Server.start(
        product,
        subject.equals(PRODUCT) ? product.war(options.target()) : relayWar,
        options.target(),
        product + "-" + subject,
        all,
        Map.of(
            "IMSERVER_AUTH_MODE",
            "open",
            "IMSERVER_RATE",
            "0",
            "IMSERVER_REPLAY_LIMIT",
            String.valueOf(options.unread()),
            "IMSERVER_DB_URL",
            database.url(tables)));
  }

  private void relay(String subject, List<String> jvm) throws IOException {
    try (Server server = start(subject, options.heap(), jvm, "")) {
      loads(server, subject);
    }
  }

  /** Returns how many messages were sent. */
  private long loads(Server server, String subject) throws IOException {
    long sent = 0;
    if (options.has("throughput")) {
      for (int window : new int[] {8, 1}) {
        sent +=
            load(
                server,
                subject,
                "throughput, window " + window,
                load -> load.closedLoop(window, options.warmUp(), options.seconds()));
      }
    }
    if (options.has("latency")) {
      sent +=
          load(
              server,
              subject,
              "latency at " + options.rate() + "/s",
              load -> load.openLoop(options.rate(), options.warmUp(), options.seconds()));
    }
    return sent;
  }

  /** What is done with pairs that are connected. */
  private interface Driving {
    Meter drive(Load load) throws IOException;
  }

  private long load(Server server, String subject, String part, Driving driving)
      throws IOException {
    try (Load load = new Load(server.port(), options.pairs(), users)) {
      Duration cpu = server.cpu();
      int mark = server.collections().mark();
      Meter meter = driving.drive(load);
      Map<String, Double> figures = figures(meter);
      figures.put(
          "server cpu µs/msg", server.cpu().minus(cpu).toNanos() / 1e3 / Math.max(1, load.sent()));
      Pauses pauses = server.collections().since(mark);
      figures.put("gc young", (double) pauses.young());
      figures.put("gc full", (double) pauses.full());
      figures.put("gc p99 ms", pauses.p99());
      if (subject.equals(PRODUCT)) {
        ratios(part, figures);
      }
      report.add(new Row(product.toString(), subject, part, figures));
      return load.sent();
    }
  }

  static Map<String, Double> figures(Meter meter) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("msg/s", meter.rate());
    percentiles(figures, "ack", meter.acknowledged());
    percentiles(figures, "recv", meter.received());
    return figures;
  }

  private static void percentiles(Map<String, Double> figures, String name, Histogram histogram) {
    figures.put(name + " p50 ms", histogram.getValueAtPercentile(50) / 1e6);
    figures.put(name + " p99 ms", histogram.getValueAtPercentile(99) / 1e6);
    figures.put(name + " p99.9 ms", histogram.getValueAtPercentile(99.9) / 1e6);
  }

  private void ratios(String part, Map<String, Double> figures) {
    String figure = part.startsWith("latency") ? "ack p99 ms" : "msg/s";
    double own = figures.get(figure);
    for (String relay : List.of(RELAY, UNSCHEDULED)) {
      ratio(figures, relay, own, report.find(product.toString(), relay, part, figure));
    }
    if (figure.equals("msg/s")) {
      ratio(
          figures, "database", own, report.find("-", "database", Benchmark.TWO_WRITERS, "rows/s"));
    }
  }

  private static void ratio(
      Map<String, Double> figures, String to, double own, OptionalDouble reference) {
    reference.ifPresent(other -> figures.put("of " + to, own / other));
  }

  private long stuck(Server server) throws IOException {
    long sent;
    Meter without;
    try (Load load = new Load(server.port(), options.pairs(), users)) {
      without = load.closedLoop(8, options.warmUp(), options.seconds());
      sent = load.sent();
    }
    report.add(new Row(product.toString(), PRODUCT, "all receivers read", figures(without)));
    long live = server.liveBytes();
    try (Load load = new Load(server.port(), options.pairs() - 1, users)) {
      Pair stuck = load.stuckPair(users);
      stuck.keepInFlight(8);
      Meter with = load.closedLoop(8, options.warmUp(), options.seconds());
      stuck.keepInFlight(0);
      Load.sleepUntil(System.nanoTime() + 500_000_000);
      Map<String, Double> figures = figures(with);
      figures.put(
          "p99 of that without",
          with.acknowledged().getValueAtPercentile(99)
              / (double) without.acknowledged().getValueAtPercentile(99));
      figures.put("live MB more", (server.liveBytes() - live) / 1e6);
      figures.put("sent to it", (double) stuck.sent());
      stuck.readAtLast();
      Load.sleepUntil(System.nanoTime() + 1_000_000_000);
      with.check();
      figures.put("read by it at last", (double) stuck.received());
      figures.put("it was closed", stuck.recipientEnd().isEmpty() ? 0.0 : 1.0);
      report.add(new Row(product.toString(), PRODUCT, "one receiver stuck", figures));
      return sent + load.sent() + stuck.sent();
    }
  }

  private void replay(Server server, String tables) throws Exception {
    drain(server, tables, 1, Math.min(options.unread(), 50_000)); // for the JIT compiler
    double seconds = drain(server, tables, 1, options.unread());
    replayed("unread of one user", options.unread(), seconds);
    seconds = drain(server, tables, REPLAY_USERS, REPLAY_EACH);
    replayed("unread of 1000 users", REPLAY_USERS * REPLAY_EACH, seconds);
  }

  private double drain(Server server, String tables, int count, int each) throws Exception {
    long senders = users.next(count);
    long recipients = users.next(count);
    database.insertUnread(tables, senders, recipients, count, each);
    try (Crowd crowd = new Crowd(server.port())) {
      return crowd.drain(senders, recipients, count, each);
    }
  }

  private void replayed(String part, int messages, double seconds) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("msg/s", messages / seconds);
    figures.put("seconds", seconds);
    report.add(new Row(product.toString(), PRODUCT, part, figures));
  }

  private void idle(String subject, String tables) throws IOException {
    int count = options.connections();
    try (Server server = start(subject, options.idleHeap(), List.of(), tables)) {
      try (Crowd crowd = new Crowd(server.port())) {
        crowd.connect(users.next(200), 200); // for classes to be loaded
      }
      Load.sleepUntil(System.nanoTime() + 1_000_000_000);
      long live = server.liveBytes();
      long resident = server.residentBytes();
      try (Crowd crowd = new Crowd(server.port())) {
        double seconds = crowd.connect(users.next(count), count);
        Load.sleepUntil(System.nanoTime() + 1_000_000_000);
        double each = (server.liveBytes() - live) / (double) count;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("live bytes each", each);
        figures.put("resident bytes each", (server.residentBytes() - resident) / (double) count);
        figures.put("accepted/s", count / seconds);
        String part = count + " idle";
        ratio(
            figures, RELAY, each, report.find(product.toString(), RELAY, part, "live bytes each"));
        report.add(new Row(product.toString(), subject, part, figures));
      }
    }
  }
}
