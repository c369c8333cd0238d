package imserver.bench;

import imserver.bench.Report.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The product and its references under the same load, each on a server of its own. They take turns,
 * a round of some seconds each: what else happens on the machine meets all of them, and the ratio
 * of two is worth more than either figure.
 */
final class Comparison implements AutoCloseable {

  /** How many seconds a round runs before it is measured. */
  static final double RAMP = 0.5;

  private static final int[] WINDOWS = {8, 1};

  private final String container;
  private final Options options;
  private final Users users;
  private final Report report;
  private final List<Subject> subjects = new ArrayList<>();

  Comparison(String container, Options options, Users users, Report report) {
    this.container = container;
    this.options = options;
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

  /** What is done with pairs that are connected, in one round. */
  private interface Driving {
    Meter drive(Load load) throws IOException;
  }

  /** One subject within one part. */
  private static final class Turn implements AutoCloseable {

    private final Subject subject;
    private final Load load;
    private final Duration cpu;
    private final int collections;

    Turn(Subject subject, int pairs, Users users) throws IOException {
      this.subject = subject;
      this.load = new Load(subject.server.port(), pairs, users);
      this.cpu = subject.server.cpu();
      this.collections = subject.server.collections().mark();
    }

    Figures figures(Meter meter) throws IOException {
      double micros = subject.server.cpu().minus(cpu).toNanos() / 1e3;
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
  void run() throws IOException {
    for (Subject subject :
        subjects) { // one after the other: compilers have the machine to themselves
      try (Turn turn = new Turn(subject, options.pairs(), users)) {
        turn.load.closedLoop(WINDOWS[0], 0, options.warmUp());
      }
    }
    double seconds = options.seconds() / options.rounds();
    if (options.has("throughput")) {
      for (int window : WINDOWS) {
        compare(
            "throughput, window " + window,
            "msg/s",
            load -> load.closedLoop(window, RAMP, seconds));
      }
    }
    if (options.has("latency")) {
      compare(
          "latency at " + options.rate() + "/s",
          "ack p99 ms",
          load -> load.openLoop(options.rate(), RAMP, seconds));
    }
  }

  private void compare(String part, String compared, Driving driving) throws IOException {
    List<Turn> turns = new ArrayList<>();
    try {
      for (Subject subject : subjects) {
        turns.add(new Turn(subject, options.pairs(), users));
      }
      for (int round = 1; round < options.rounds(); round++) {
        for (Turn turn : turns) {
          driving.drive(turn.load);
        }
      }
      for (Turn turn : turns) {
        report(turn, part, compared, driving.drive(turn.load));
      }
    } finally {
      turns.forEach(Turn::close);
    }
  }

  private void report(Turn turn, String part, String compared, Meter meter) throws IOException {
    Figures figures = turn.figures(meter);
    String name = turn.subject.name;
    if (name.equals(ServerRun.PRODUCT)) {
      ratio(figures, ServerRun.RELAY, part, compared);
      ratio(figures, ServerRun.UNSCHEDULED, part, compared);
      if (compared.equals("msg/s")) {
        figures.ratio(
            "database", compared, report.find("-", "database", Benchmark.TWO_WRITERS, "rows/s"));
      }
    } else if (name.equals(ServerRun.FILLED)) {
      ratio(figures, ServerRun.PRODUCT, part, compared);
    }
    report.add(new Row(container, name, part, figures));
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
