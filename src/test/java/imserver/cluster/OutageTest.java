package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.Warnings;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An outage")
class OutageTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Outage outage = new Outage(SECOND.multipliedBy(5), "it is wrong:", "it is right");
  private long now;

  /** How many warnings there are within so many seconds. */
  private int seconds(int count, boolean wrong) {
    try (Warnings warnings = new Warnings(Outage.class)) {
      for (int i = 0; i < count; i++) {
        now += SECOND.toNanos();
        outage.is(wrong, "why", now);
      }
      return warnings.lines.size();
    }
  }

  @Test
  @DisplayName("is said once when it has lasted, and again when there is another")
  void once() {
    seconds(3, false);
    assertThat(seconds(5, true)).isZero();
    assertThat(seconds(60, true)).isEqualTo(1);
    seconds(1, false);
    assertThat(seconds(60, true)).isEqualTo(1);
  }

  @Test
  @DisplayName("is not said where each is short")
  void shortOnes() {
    for (int i = 0; i < 10; i++) {
      assertThat(seconds(5, true)).isZero();
      seconds(1, false);
    }
  }
}
