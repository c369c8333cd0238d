package imserver.bench;

import imserver.bench.Report.Row;
import imserver.server.TestMariaDb;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Everything that is measured on one container. */
final class ServerRun {

  static final String PRODUCT = "product";
  static final String RELAY = "relay";

  /** The relay, where Tyrus has been rid of its scheduling. */
  static final String UNSCHEDULED = "relay-unscheduled";

  /** The product of another build. */
  static final String BEFORE = "product-before";

  /** The product with a quota for strangers, and with blocked users among the senders. */
  static final String RULED = "product-ruled";

  /** The product on MariaDB. */
  static final String MARIADB = "product-mariadb";

  /** Each commit is on the disk, as on PostgreSQL, and there is room for what is written. */
  static final String[] MARIADB_OPTIONS = {
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=1G",
    "--innodb-log-file-size=4G"
  };

  /** The product with a table full of others' messages. */
  static final String FILLED = "product-filled";

  /** Those that are compared with the product. */
  static final Set<String> BESIDE_PRODUCT = Set.of(FILLED, RULED, MARIADB);

  /**
   * What the one who does not read has waiting before the others begin, below the outbox's 1000.
   */
  private static final int STUCK_BEFORE = 900;

  /** What is sent to him when the others have been measured: more than anybody may keep for him. */
  private static final int STUCK_AFTER = 100_000;

  private static final int REPLAY_USERS = 1000;
  private static final int REPLAY_EACH = 50;

  /** On one database. */
  private static final int MOST_SERVERS = 3;

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
    String tables = database.create(tables("bench"));
    if (options.hasComparison()) {
      compare(tables);
    }
    if (options.has("servers")) {
      scale();
    }
    if (options.has("stuck") || options.has("replay")) {
      try (Server server = start(PRODUCT, options.heap(), List.of(), tables)) {
        warmUp(server);
        if (options.has("stuck")) {
          stuck(server);
        }
        if (options.has("replay")) {
          replay(
              server,
              PRODUCT,
              (senders, recipients, count, each) ->
                  database.insertUnread(tables, senders, recipients, count, each));
        }
      }
    }
    if (options.has("replay") && options.has("mariadb")) {
      replayOnMariaDb(tables);
    }
    if (options.has("idle")) {
      idle(RELAY, tables);
      idle(PRODUCT, tables);
    }
  }

  private String tables(String prefix) {
    return prefix + "_" + server().replace('-', '_');
  }

  private void compare(String tables) throws Exception {
    try (TestMariaDb mariaDb = options.has("mariadb") ? mariaDb() : null;
        Comparison comparison = new Comparison(server(), options, database, users, report)) {
      comparison.add(RELAY, start(RELAY, options.heap(), List.of(), ""));
      if (product == Server.Product.PAYARA_MICRO) {
        List<String> unscheduled = List.of("-Dbench.relay.unscheduled=true");
        comparison.add(UNSCHEDULED, start(UNSCHEDULED, options.heap(), unscheduled, ""));
      }
      String before = "";
      if (options.before() != null) {
        before = database.createEmpty(tables("bench_before"));
        comparison.add(BEFORE, start(BEFORE, product.war(options.before()), before));
      }
      comparison.add(PRODUCT, start(PRODUCT, options.heap(), List.of(), tables));
      String filled = "";
      if (options.stored() > 0) {
        filled = database.create(tables("bench_filled"));
        database.fill(filled, users, options.stored(), 1000);
        comparison.add(FILLED, start(FILLED, options.heap(), List.of(), filled));
      }
      String ruled = "";
      if (options.has("rules")) {
        ruled = database.create(tables("bench_ruled"));
        comparison.add(RULED, startRuled(ruled));
      }
      if (mariaDb != null) {
        comparison.add(MARIADB, startOn(mariaDb, tables));
      }
      comparison.run();
      database.checkMessages(tables, comparison.sent(PRODUCT));
      if (mariaDb != null) {
        try (Connection connection = mariaDb.open()) {
          Database.checkMessages(connection, comparison.sent(MARIADB));
        }
      }
      if (!before.isEmpty()) {
        database.checkMessages(before, comparison.sent(BEFORE));
      }
      if (!ruled.isEmpty()) {
        database.checkMessages(ruled, comparison.sent(RULED));
      }
      if (!filled.isEmpty()) {
        database.checkMessages(filled, options.stored() + comparison.sent(FILLED));
      }
    }
  }

  private static TestMariaDb mariaDb() throws IOException {
    return TestMariaDb.start(MARIADB_OPTIONS);
  }

  private Server startOn(TestMariaDb mariaDb, String tables) throws IOException {
    Map<String, String> environment = new HashMap<>(environment(tables));
    environment.putAll(mariaDb.settings());
    return start(MARIADB, product.war(options.target()), options.heap(), List.of(), environment);
  }

  private void scale() throws Exception {
    try (Scaling scaling = new Scaling(server(), options, database, users, report)) {
      for (int number = 1; number <= MOST_SERVERS; number++) {
        ServerGroup group = new ServerGroup(database.create(tables("bench_servers_" + number)));
        scaling.add(group);
        for (int i = 0; i < number; i++) {
          group.add(start("of-" + number, options.heap(), List.of(), group.tables()));
        }
      }
      scaling.run();
    }
  }

  private Server start(String subject, String heap, List<String> jvm, String tables)
      throws IOException {
    Path war = tables.isEmpty() ? relayWar : product.war(options.target());
    return start(subject, war, heap, jvm, tables);
  }

  private Server start(String subject, Path war, String tables) throws IOException {
    return start(subject, war, options.heap(), List.of(), tables);
  }

  private Server startRuled(String tables) throws IOException {
    Map<String, String> environment = new HashMap<>(environment(tables));
    environment.put("IMSERVER_STRANGERS", "quota:999999");
    return start(RULED, product.war(options.target()), options.heap(), List.of(), environment);
  }

  private Server start(String subject, Path war, String heap, List<String> jvm, String tables)
      throws IOException {
    return start(subject, war, heap, jvm, environment(tables));
  }

  private Server start(
      String subject, Path war, String heap, List<String> jvm, Map<String, String> environment)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("-Xmx" + heap));
    all.addAll(options.jvm());
    all.addAll(jvm);
    return Server.start(product, war, options.target(), product + "-" + subject, all, environment);
  }

  private Map<String, String> environment(String tables) {
    return Map.of(
        "IMSERVER_AUTH_MODE",
        "open",
        "IMSERVER_RATE",
        "0",
        "IMSERVER_READ_RATE",
        "0",
        "IMSERVER_CONNECT_RATE",
        "0",
        "IMSERVER_REPLAY_LIMIT",
        String.valueOf(options.unread()),
        "IMSERVER_DB_URL",
        database.url(tables));
  }

  private void warmUp(Server server) throws IOException {
    try (Load load = new Load(server.port(), options.pairs(), users)) {
      load.closedLoop(8, 0, options.warmUp());
    }
  }

  private String server() {
    return product.toString();
  }

  private void stuck(Server server) throws IOException {
    Figures without = new Figures();
    try (Load load = new Load(server.port(), options.pairs(), users)) {
      without.with(load.closedLoop(8, Comparison.RAMP, options.seconds()));
    }
    report.add(new Row(server(), PRODUCT, "all receivers read", without));
    long live = server.liveBytes();
    try (Load load = new Load(server.port(), options.pairs() - 1, users)) {
      Pair stuck = load.addStuckPair(users);
      for (int i = 0; i < STUCK_BEFORE; i++) {
        stuck.send(System.nanoTime());
      }
      Meter with = load.closedLoop(8, Comparison.RAMP, options.seconds());
      Figures figures = new Figures().with(with);
      load.sendMore(stuck, STUCK_AFTER);
      OptionalDouble p99 = without.find("ack p99 ms");
      figures
          .ratio("p99 without", "ack p99 ms", p99)
          .with("live MB more", (server.liveBytes() - live) / 1e6)
          .with("sent to it", stuck.sent());
      stuck.readAtLast();
      Load.sleepUntil(System.nanoTime() + 1_000_000_000);
      with.check();
      figures
          .with("read by it at last", stuck.received())
          .with("it was closed", stuck.recipientEnd().isEmpty() ? 0 : 1);
      report.add(new Row(server(), PRODUCT, "one receiver stuck", figures));
    }
  }

  /** Stores unread messages where a server reads them. */
  @FunctionalInterface
  private interface Unread {
    void insert(long firstSender, long firstRecipient, int recipients, int each) throws Exception;
  }

  private void replayOnMariaDb(String tables) throws Exception {
    try (TestMariaDb mariaDb = mariaDb();
        Server server = startOn(mariaDb, tables)) {
      warmUp(server);
      replay(
          server,
          MARIADB,
          (senders, recipients, count, each) -> {
            try (Connection connection = mariaDb.open()) {
              MariaDbRows.insertUnread(connection, senders, recipients, count, each);
            }
          });
    }
  }

  private void replay(Server server, String subject, Unread unread) throws Exception {
    drain(server, unread, 1, Math.min(options.unread(), 50_000)); // for the JIT compiler
    double seconds = drain(server, unread, 1, options.unread());
    replayed(subject, "unread of one user", options.unread(), seconds);
    seconds = drain(server, unread, REPLAY_USERS, REPLAY_EACH);
    replayed(subject, "unread of 1000 users", REPLAY_USERS * REPLAY_EACH, seconds);
  }

  private double drain(Server server, Unread unread, int count, int each) throws Exception {
    long senders = users.next(count);
    long recipients = users.next(count);
    unread.insert(senders, recipients, count, each);
    try (Crowd crowd = new Crowd(server.port())) {
      return crowd.drain(senders, recipients, count, each);
    }
  }

  private void replayed(String subject, String part, int messages, double seconds) {
    Figures figures = new Figures().with("msg/s", messages / seconds).with("seconds", seconds);
    if (!subject.equals(PRODUCT)) {
      figures.ratio(PRODUCT, "msg/s", report.find(server(), PRODUCT, part, "msg/s"));
    }
    report.add(new Row(server(), subject, part, figures));
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
        String part = count + " idle";
        Figures figures =
            new Figures()
                .with("live bytes each", (server.liveBytes() - live) / (double) count)
                .with("resident bytes each", (server.residentBytes() - resident) / (double) count)
                .with("accepted/s", count / seconds);
        if (subject.equals(PRODUCT)) {
          String compared = "live bytes each";
          figures.ratio(RELAY, compared, report.find(server(), RELAY, part, compared));
        }
        report.add(new Row(server(), subject, part, figures));
      }
    }
  }
}
