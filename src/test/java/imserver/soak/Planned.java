package imserver.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A fault that is to happen.
 *
 * @param node the server's place among the nodes
 * @param quiet whether nobody writes from the middle of the fault on, until everything is told:
 *     then no later message shows that one is missing
 */
record Planned(Fault fault, int node, Duration time, long seed, boolean quiet) {

  /** How long a server may hang, at most. */
  private static final int MAX_SUSPEND_MILLIS = 15_000;

  static Planned of(Fault fault, int node, int millis) {
    return new Planned(fault, node, Duration.ofMillis(millis), 1, false);
  }

  /** The same, and nobody writes from its middle on. */
  Planned quietly() {
    return new Planned(fault, node, time, seed, true);
  }

  /** Those that happen at once: one, or sometimes two to different servers. */
  static List<Planned> draw(Random random, List<Fault> kinds, int nodes) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      places.add(i);
    }
    Collections.shuffle(places, random);
    Planned first = drawOne(random, kinds, places.get(0));
    if (random.nextInt(3) > 0) {
      return List.of(first);
    }
    Planned second = drawOne(random, kinds, places.get(1));
    return first.fault().isEnding() && second.fault().isEnding()
        ? List.of(first)
        : List.of(first, second);
  }

  private static Planned drawOne(Random random, List<Fault> kinds, int node) {
    Fault fault = kinds.get(random.nextInt(kinds.size()));
    int millis =
        switch (fault) {
          case KILL, STOP, POSTGRES_IMMEDIATE, POSTGRES_KILL -> random.nextInt(4000);
          case SUSPEND, CUT, CUT_TO_DATABASE, CUT_TO_SERVER, REFUSE ->
              500 + random.nextInt(MAX_SUSPEND_MILLIS - 500);
          case SLOW_LINK -> 3000 + random.nextInt(12_000);
          case LISTENERS -> random.nextInt(3000);
          case HOLD -> 2000;
        };
    return new Planned(
        fault, node, Duration.ofMillis(millis), random.nextInt(), random.nextInt(3) == 0);
  }
}
