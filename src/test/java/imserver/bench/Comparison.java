package imserver.bench;

import imserver.bench.Report.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/**
 * The product and its references under the same load, each on a server of its own. They take turns,
 * a round of some seconds each: what else happens on the machine meets all of them, and the ratio
 * of two is worth more than either figure.
 */
final class Comparison implements AutoCloseable {

  /** How many seconds a round runs before it is measured. */
  static final double RAMP = 0.5;

  /** Where there are rules, one sender in so many is blocked. */
  private static final int BLOCKED_ONE_IN = 100;

  private static final int[] WINDOWS = {8, 1};
  private static final String MESSAGES = "msg/s";
  private static final String DATABASE = "database";
  private static final String ACKNOWLEDGED = "ack p99 ms";
  private static final String COMMITTED = "commit p99 ms";

  private final String container;
  private final Options options;
  private final Database database;
  private final Users users;
  private final Report report;
  private final List<Subject> subjects = new ArrayList<>();

  Comparison(String container, Options options, Database database, Users users, Report report) {
    this.container = container;
    this.options = options;
    this.database = database;
    this.users = users;
    this.report = report;
  }

  private static final class Subject {

    private final String name;
    private final Server server;
    private long sent;

    Subject(String name, Server server) {
      this.name = name;
      this.server = server;
    }
  }

  /** Connects those under whose load a subject is measured. */
  private interface Connecting<C extends Clients> {
    C connect(Subject subject) throws IOException;
  }

  /** What is done with those that are connected, in one round. */
  private interface Driving<C extends Clients> {
    Meter drive(C clients) throws IOException;
  }

  /** One subject within one part. */
  private static final class Turn<C extends Clients> implements AutoCloseable {

    private final Subject subject;
    private final C load;
    private final int collections;
    private Duration cpu = Duration.ZERO;

    Turn(Subject subject, Connecting<C> connecting) throws IOException {
      this.subject = subject;
      this.load = connecting.connect(subject);
      this.collections = subject.server.collections().mark();
    }

    Meter drive(Driving<C> driving) throws IOException {
      Duration before = subject.server.cpu();
      Meter meter = driving.drive(load);
      cpu = cpu.plus(subject.server.cpu()).minus(before);
      return meter;
    }

    Figures figures(Meter meter) throws IOException {
      double micros = cpu.toNanos() / 1e3;
      return new Figures()
          .with(meter)
          .with("server cpu µs/msg", micros / Math.max(1, load.sent()))
          .with(subject.server.collections().since(collections));
    }

    @Override
    public void close() {
      subject.sent += load.sent();
      load.close();
    }
  }

  /** Adds what is to be measured; it is closed with this. References come first. */
  void add(String name, Server server) {
    subjects.add(new Subject(name, server));
  }

  /** Measures, and reports. */
  void run() throws Exception {
    for (Subject subject : subjects) { // one by one: compilers have the machine to themselves
      try (Turn<Load> turn = new Turn<>(subject, this::pairs)) {
        for (int window : WINDOWS) { // a lone message takes other ways than one among many
          turn.load.closedLoop(window, 0, options.warmUp());
        }
      }
    }
    if (options.has("acks")) {
      for (Subject subject : products()) {
        try (Turn<Load> turn = new Turn<>(subject, each -> readingPairs(each, 1))) {
          turn.load.closedLoop(8, 0, options.warmUp());
          turn.load.awaitAllRead();
        }
      }
    }
    double seconds = options.seconds() / options.rounds();
    if (options.has("throughput")) {
      for (int window : WINDOWS) {
        compare(
            "throughput, window " + window,
            MESSAGES,
            subjects,
            this::pairs,
            load -> load.closedLoop(window, RAMP, seconds),
            last -> {});
      }
    }
    if (options.has("acks")) {
      for (int together : new int[] {1, 8}) {
        acks("window 8, a read-ack for " + together, together, seconds);
      }
    }
    if (options.has("drawn")) {
      for (int window : WINDOWS) {
        compare(
            "drawn from %d, window %d".formatted(options.drawn(), window),
            MESSAGES,
            products(),
            subject -> new Drawn(subject.server.port(), options.drawn(), options.pairs(), users),
            drawn -> drawn.closedLoop(window, RAMP, seconds),
            last -> {});
      }
    }
    if (options.has("latency")) {
      latency("latency at " + options.rate() + "/s", seconds);
    }
  }

  private Load pairs(Subject subject) throws IOException {
    int blocked =
        subject.name.equals(ServerRun.RULED) ? Math.max(1, options.pairs() / BLOCKED_ONE_IN) : 0;
    Load load = new Load(subject.server.port(), options.pairs() - blocked, users);
    load.addBlockedPairs(blocked, users);
    return load;
  }

  /** Recipients who mark what they receive as read, so many messages with a read-ack. */
  private Load readingPairs(Subject subject, int together) throws IOException {
    Load load = new Load(subject.server.port(), options.pairs(), users);
    load.markRead(together);
    return load;
  }

  /** Those that store. */
  private List<Subject> products() {
    return subjects.stream().filter(subject -> subject.name.startsWith(ServerRun.PRODUCT)).toList();
  }

  /** As the throughput, which it is compared with, but all that is received is marked as read. */
  private void acks(String part, int together, double seconds) throws Exception {
    compare(
        part,
        MESSAGES,
        products(),
        subject -> readingPairs(subject, together),
        load -> {
          Meter meter = load.closedLoop(8, RAMP, seconds);
          load.awaitAllRead();
          return meter;
        },
        last -> {});
  }

  /** The disk takes its turn as well: what a commit costs depends on the moment. */
  private void latency(String part, double seconds) throws Exception {
    DatabaseCeiling disk =
        DatabaseCeiling.of(database, database.create("bench_commit_" + users.next()));
    Histogram commits = new Histogram(3);
    compare(
        part,
        ACKNOWLEDGED,
        subjects,
        this::pairs,
        load -> load.openLoop(options.rate(), RAMP, seconds),
        last -> {
          commits.add(disk.run(1, 1, options.rate(), users.next(), RAMP, seconds).commits());
          if (last) {
            Figures figures =
                new Figures()
                    .with("commit p50 ms", commits.getValueAtPercentile(50) / 1e6)
                    .with(COMMITTED, commits.getValueAtPercentile(99) / 1e6);
            report.add(new Row(container, DATABASE, part, figures));
          }
        });
  }

  /** Something that takes its turn before the subjects do. */
  private interface Reference {
    void measure(boolean last) throws Exception;
  }

  private <C extends Clients> void compare(
      String part,
      String compared,
      List<Subject> measured,
      Connecting<C> connecting,
      Driving<C> driving,
      Reference reference)
      throws Exception {
    database.readyForLoad();
    List<Turn<C>> turns = new ArrayList<>();
    try {
      for (Subject subject : measured) {
        turns.add(new Turn<>(subject, connecting));
      }
      Map<Turn<C>, Meter> meters = new HashMap<>();
      for (int round = 1; round <= options.rounds(); round++) {
        reference.measure(round == options.rounds());
        for (Turn<C> turn : inTurn(turns, round)) {
          meters.put(turn, turn.drive(driving));
        }
      }
      for (Turn<C> turn : turns) {
        report(turn, part, compared, meters.get(turn));
      }
    } finally {
      turns.forEach(Turn::close);
    }
  }

  /** There and back, so that nobody always comes after the same one. */
  static <T> List<T> inTurn(List<T> turns, int round) {
    List<T> order = new ArrayList<>(turns);
    if (round % 2 == 0) {
      Collections.reverse(order);
    }
    return order;
  }

  private void report(Turn<?> turn, String part, String compared, Meter meter) throws IOException {
    Figures figures = turn.figures(meter);
    String name = turn.subject.name;
    if (name.equals(ServerRun.PRODUCT)) {
      ratio(figures, ServerRun.RELAY, part, compared);
      ratio(figures, ServerRun.UNSCHEDULED, part, compared);
      ratio(figures, ServerRun.BEFORE, part, compared);
      if (compared.equals(MESSAGES)) {
        figures.ratio(
            DATABASE, compared, report.find("-", DATABASE, Benchmark.TWO_WRITERS, "rows/s"));
      } else {
        figures.ratio("two relays and a commit", compared, bound(part));
      }
      if (part.contains("read-ack")) {
        figures.ratio(
            "that without",
            compared,
            report.find(container, name, "throughput, window 8", compared));
      }
    } else if (ServerRun.BESIDE_PRODUCT.contains(name)) {
      ratio(figures, ServerRun.PRODUCT, part, compared);
    }
    report.add(new Row(container, name, part, figures));
  }

  /** The most that is wanted: twice the relay's, and a commit. */
  private OptionalDouble bound(String part) {
    OptionalDouble unscheduled = report.find(container, ServerRun.UNSCHEDULED, part, ACKNOWLEDGED);
    OptionalDouble relay =
        unscheduled.isPresent()
            ? unscheduled
            : report.find(container, ServerRun.RELAY, part, ACKNOWLEDGED);
    OptionalDouble commit = report.find(container, DATABASE, part, COMMITTED);
    return OptionalDouble.of(2 * relay.orElseThrow() + commit.orElseThrow());
  }

  private void ratio(Figures figures, String reference, String part, String compared) {
    figures.ratio(reference, compared, report.find(container, reference, part, compared));
  }

  /** How many messages a subject was sent. */
  long sent(String name) {
    return subjects.stream()
        .filter(subject -> subject.name.equals(name))
        .mapToLong(subject -> subject.sent)
        .sum();
  }

  @Override
  public void close() {
    subjects.forEach(subject -> subject.server.close());
  }
}
