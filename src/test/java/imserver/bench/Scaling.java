package imserver.bench;

import imserver.bench.Report.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What more servers on one database bring, and what they cost. Groups of one, two and three servers
 * take turns under the same load, as in {@link Comparison}; while one is measured the others idle.
 *
 * <p>Each group has a database of its own in the one PostgreSQL, so that it knows of no other.
 * PostgreSQL wakes those who listen in other databases too where they are some pages of its queue
 * behind: what several servers cost it is at most what is measured here. Users are spread evenly
 * over the servers of a group.
 */
final class Scaling implements AutoCloseable {

  private static final int[] WINDOWS = {8, 1};
  private static final String MESSAGES = "msg/s";
  private static final String SERVERS_CPU = "server cpu µs/msg";

  private final String container;
  private final Options options;
  private final Database database;
  private final Users users;
  private final Report report;
  private final List<ServerGroup> groups = new ArrayList<>();

  Scaling(String container, Options options, Database database, Users users, Report report) {
    this.container = container;
    this.options = options;
    this.database = database;
    this.users = users;
    this.report = report;
  }

  /** What is done with those that are connected, in one round. */
  private interface Driving {
    Meter drive(Load load) throws IOException;
  }

  /**
   * Who writes to whom.
   *
   * @param away how many servers further than the sender the recipient is connected
   */
  private record Way(ServerGroup group, int away) {

    String subject() {
      return group.size() == 1 ? "1 server" : group.size() + " servers";
    }

    String part(String part) {
      return part + (away == 0 ? ", to the same server" : ", to another server");
    }
  }

  /** One way within one part. */
  private final class Turn implements AutoCloseable {

    private final Way way;
    private final Load load;
    private Duration serversCpu = Duration.ZERO;
    private Duration databaseCpu = Duration.ZERO;

    Turn(Way way) throws IOException {
      this.way = way;
      this.load = new Load(way.group.ports(), way.away, options.pairs(), users);
    }

    Meter drive(Driving driving) throws IOException {
      way.group.awaitTogether();
      Duration servers = way.group.cpu();
      Duration postgres = database.cpu();
      Meter meter = driving.drive(load);
      serversCpu = serversCpu.plus(way.group.cpu()).minus(servers);
      databaseCpu = databaseCpu.plus(database.cpu()).minus(postgres);
      return meter;
    }

    Figures figures(Meter meter) {
      return new Figures()
          .with(meter)
          .with(SERVERS_CPU, micros(serversCpu))
          .with("database cpu µs/msg", micros(databaseCpu));
    }

    private double micros(Duration cpu) {
      return cpu.toNanos() / 1e3 / Math.max(1, load.sent());
    }

    @Override
    public void close() {
      way.group.sent(load.sent());
      load.close();
    }
  }

  /** Adds a group, the single server first; it is closed with this. */
  void add(ServerGroup group) {
    groups.add(group);
  }

  /** Measures, and reports. */
  void run() throws Exception {
    for (ServerGroup group : groups) { // one by one: compilers have the machine to themselves
      warmUp(group);
    }
    double seconds = options.seconds() / options.rounds();
    compare(
        "throughput, window 8",
        groups.stream().map(Scaling::across).toList(),
        List.of(MESSAGES, SERVERS_CPU),
        load -> load.closedLoop(8, Comparison.RAMP, seconds));
    for (int rate : new int[] {options.rate(), 10 * options.rate()}) {
      compare(
          "latency at " + rate + "/s",
          groups.stream().flatMap(group -> ways(group).stream()).toList(),
          List.of("recv p50 ms", "recv p99 ms"),
          load -> load.openLoop(rate, Comparison.RAMP, seconds));
    }
    for (ServerGroup group : groups) {
      database.checkMessages(group.tables(), group.sent());
    }
  }

  /** To the same server, and to another where there is one. */
  private static List<Way> ways(ServerGroup group) {
    return Stream.of(new Way(group, 0), across(group)).distinct().toList();
  }

  /** To another server where there is one. */
  private static Way across(ServerGroup group) {
    return new Way(group, group.size() == 1 ? 0 : 1);
  }

  /** The more servers, the longer, so that each has as much to do before it is measured. */
  private void warmUp(ServerGroup group) throws IOException {
    List<Way> ways = ways(group);
    double seconds = options.warmUp() * group.size() / (ways.size() * WINDOWS.length);
    for (Way way : ways) {
      try (Turn turn = new Turn(way)) {
        for (int window : WINDOWS) { // a lone message takes other ways than one among many
          turn.drive(load -> load.closedLoop(window, 0, seconds));
        }
      }
    }
  }

  private void compare(String part, List<Way> ways, List<String> compared, Driving driving)
      throws Exception {
    database.readyForLoad();
    List<Turn> turns = new ArrayList<>();
    try {
      for (Way way : ways) {
        turns.add(new Turn(way));
      }
      Map<Turn, Meter> meters = new HashMap<>();
      for (int round = 1; round <= options.rounds(); round++) {
        for (Turn turn : Comparison.inTurn(turns, round)) {
          meters.put(turn, turn.drive(driving));
        }
      }
      Figures single = turns.get(0).figures(meters.get(turns.get(0)));
      for (Turn turn : turns) {
        report(turn, part, turn.figures(meters.get(turn)), compared, single);
      }
    } finally {
      turns.forEach(Turn::close);
    }
  }

  private void report(
      Turn turn, String part, Figures figures, List<String> compared, Figures single) {
    if (turn.way.group.size() > 1) {
      for (String name : compared) {
        figures.ratio("1 server's " + name, name, single.find(name));
      }
    }
    report.add(new Row(container, turn.way.subject(), turn.way.part(part), figures));
  }

  @Override
  public void close() {
    groups.forEach(ServerGroup::close);
  }
}
