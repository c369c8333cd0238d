package imserver.soak;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The long run: {@code mvn -Pcluster-soak}, with {@code -Dcluster.minutes=} (10 by default) and
 * {@code -Dcluster.seed=} (drawn by default).
 */
@DisplayName("Three servers on one database, while anything breaks")
class ClusterSoak {

  @Test
  @DisplayName("lose, double and disorder nothing, and count right")
  void soak() throws Exception {
    long seed = Long.getLong("cluster.seed", System.currentTimeMillis());
    try (Soak soak = new Soak(seed)) {
      soak.run(Duration.ofMinutes(Integer.getInteger("cluster.minutes", 10)));
    }
  }
}
