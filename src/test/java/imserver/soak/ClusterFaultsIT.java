package imserver.soak;

import imserver.server.SharedServer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("postgresql")
@Tag("mixed")
@DisplayName("Three servers on one database, while it, they and their links break")
class ClusterFaultsIT {

  /** The same each time. Where the long run finds something, what led to it is added here. */
  private static final List<Planned> FAULTS =
      List.of(
          Planned.of(Fault.HOLD, 0, 2000),
          Planned.of(Fault.SUSPEND, 2, 4000),
          Planned.of(Fault.POSTGRES_IMMEDIATE, 0, 500),
          Planned.of(Fault.KILL, 0, 500),
          Planned.of(Fault.CUT_TO_SERVER, 1, 3000),
          Planned.of(Fault.LISTENERS, 0, 1500).quietly());

  @Test
  @DisplayName("lose, double and disorder nothing, and count right")
  void faults() throws Exception {
    SharedServer.stop(); // to have the machine for these
    try (Soak soak = new Soak(20)) {
      soak.run(FAULTS);
    }
  }
}
