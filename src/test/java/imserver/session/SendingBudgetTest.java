package imserver.session;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A sending budget")
class SendingBudgetTest {

  private long nanos;
  private final TimeMeter time =
      new TimeMeter() {
        @Override
        public long currentTimeNanos() {
          return nanos;
        }

        @Override
        public boolean isWallClockBased() {
          return false;
        }
      };

  /** How many of {@code tries} messages may be sent now. */
  private static long taken(SendingBudget budget, int tries) {
    return IntStream.range(0, tries).filter(i -> budget.tryTake()).count();
  }

  @Test
  @DisplayName("by default allows a burst of 100, then 20 a second")
  void byDefault() {
    SendingBudget budget = new SendingBudget(Configs.with().limits().rate(), time);
    assertThat(taken(budget, 1000)).isEqualTo(100);
    nanos += Duration.ofSeconds(1).toNanos();
    assertThat(taken(budget, 1000)).isEqualTo(20);
    nanos += Duration.ofMillis(50).toNanos();
    assertThat(taken(budget, 1000)).isEqualTo(1);
    nanos += Duration.ofMillis(49).toNanos();
    assertThat(taken(budget, 1000)).isZero();
  }

  @Test
  @DisplayName("saves up no more than a burst")
  void cap() {
    SendingBudget budget = new SendingBudget(20, time);
    taken(budget, 100);
    nanos += Duration.ofHours(1).toNanos();
    assertThat(taken(budget, 1000)).isEqualTo(100);
  }

  @Test
  @DisplayName("of one message a second allows a burst of five")
  void slow() {
    assertThat(taken(new SendingBudget(1, time), 100)).isEqualTo(5);
  }

  @Test
  @DisplayName("of 0 has no limit")
  void unlimited() {
    assertThat(taken(new SendingBudget(0, time), 100_000)).isEqualTo(100_000);
  }

  @Test
  @DisplayName("can be as high as the configuration allows")
  void highest() {
    assertThat(new SendingBudget(1_000_000, time).tryTake()).isTrue();
  }
}
