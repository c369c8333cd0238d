package imserver.soak;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The long run: {@code mvn -Pcluster-soak}, with {@code -Dcluster.minutes=} (10 by default), {@code
 * -Dcluster.seed=} (drawn by default), {@code -Dcluster.faults=KILL,STOP} (all by default), and
 * {@code -Dcluster.redis=true} for servers that hear each other by a Redis.
 */
@DisplayName("Three servers on one database, while anything breaks")
class ClusterSoak {

  @Test
  @DisplayName("lose, double and disorder nothing, and count right")
  void soak() throws Exception {
    long seed = Long.getLong("cluster.seed", System.currentTimeMillis());
    String names = System.getProperty("cluster.faults", "");
    List<Fault> faults =
        names.isEmpty()
            ? List.of(Fault.values())
            : Arrays.stream(names.split(",")).map(Fault::valueOf).toList();
    try (Soak soak = new Soak(seed, Boolean.getBoolean("cluster.redis"), faults)) {
      soak.run(Duration.ofMinutes(Integer.getInteger("cluster.minutes", 10)));
    }
  }
}
