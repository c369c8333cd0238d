package imserver.soak;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A run: the site, its users, the faults, and the {@link Oracle} at the end. Whatever fails says
 * the seed, and where the logs of the servers are.
 */
final class Soak implements AutoCloseable {

  /** What it is at most between two faults of a drawn sequence. */
  private static final int MAX_CALM_MILLIS = 5000;

  /** How often all is brought to rest and looked at in a long run. */
  private static final Duration LOOK = Duration.ofMinutes(4);

  private static final Executor EACH_ITS_THREAD = task -> new Thread(task, "fault").start();

  private final long seed;
  private final Random random;

  /** Those that are drawn. */
  private final List<Fault> kinds;

  private final Journal journal = new Journal();
  private final Site site;
  private final Population population;
  private final Talkers talkers;
  private final Oracle oracle;

  /** Starts servers, which hear each other by the database, and users. */
  Soak(long seed) throws Exception {
    this(seed, false, List.of(Fault.values()));
  }

  /**
   * Starts servers and users.
   *
   * @param redis whether the servers hear each other by a Redis
   * @param kinds those that are drawn
   */
  Soak(long seed, boolean redis, List<Fault> kinds) throws Exception {
    this.seed = seed;
    this.random = new Random(seed);
    this.kinds = List.copyOf(kinds);
    String bus = redis ? "Redis" : "PostgreSQL";
    journal.note("seed %d; links to the database are TCP proxies; bus %s".formatted(seed, bus));
    this.site = new Site(redis);
    journal.note("servers and database are up, in " + site.folder());
    try {
      Oracle.prepare(site);
    } catch (SQLException e) {
      site.close();
      throw e;
    }
    this.population = new Population(site, journal, new Random(random.nextLong()));
    this.talkers = new Talkers(site, journal, new Random(random.nextLong()));
    this.oracle = new Oracle(site, population, talkers, journal);
  }

  /** One after the other. */
  void run(List<Planned> faults) throws Exception {
    try {
      for (Planned fault : faults) {
        awaitTraffic();
        happen(List.of(fault));
      }
      lookAtAll();
    } catch (Exception | AssertionError e) {
      throw failure(e);
    }
  }

  /** As drawn from the seed, for so long. */
  void run(Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    long look = System.nanoTime() + LOOK.toNanos();
    try {
      while (System.nanoTime() < end) {
        happen(Planned.draw(random, kinds, site.nodes().size()));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_CALM_MILLIS));
        if (System.nanoTime() > look) {
          lookAtAll();
          population.sendNew(true);
          talkers.act(true);
          look = System.nanoTime() + LOOK.toNanos();
        }
      }
      lookAtAll();
    } catch (Exception | AssertionError e) {
      throw failure(e);
    }
  }

  private void lookAtAll() throws Exception {
    population.sendNew(false);
    talkers.act(false);
    oracle.assertAll();
    talkers.assertAgree();
  }

  private AssertionError failure(Throwable e) {
    return new AssertionError(
        "seed %d, servers in %s%n%s".formatted(seed, site.folder(), e.getMessage()), e);
  }

  /** Waits until some more messages are acknowledged. */
  private void awaitTraffic() {
    int before = journal.acknowledgedCount();
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> journal.acknowledgedCount() > before + 100);
  }

  private void happen(List<Planned> faults) {
    CompletableFuture<Void> all =
        CompletableFuture.allOf(
            faults.stream()
                .map(fault -> CompletableFuture.runAsync(() -> happen(fault), EACH_ITS_THREAD))
                .toArray(CompletableFuture<?>[]::new));
    faults.stream().filter(Planned::quiet).findFirst().ifPresent(this::fallSilent);
    all.join();
    oracle.assertNoViolation();
    if (faults.stream().anyMatch(Planned::quiet)) {
      oracle.assertTold();
      population.sendNew(true);
    }
  }

  private void fallSilent(Planned fault) {
    try {
      TimeUnit.NANOSECONDS.sleep(fault.time().toNanos() / 2);
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
    population.sendNew(false);
    journal.note("nobody writes any more");
  }

  private void happen(Planned fault) {
    Node node = site.nodes().get(fault.node());
    journal.note(fault.fault() + ", " + node + ", " + fault.time());
    Runnable end = journal.begin(fault.fault().name());
    try {
      fault.fault().run(site, node, fault.time(), fault.seed());
    } catch (Exception e) {
      throw new CompletionException(e);
    } finally {
      end.run();
      journal.note(fault.fault() + ", " + node + ", is over");
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    journal.summary().forEach(System.out::println);
    talkers.close();
    population.close();
    site.close();
  }
}
