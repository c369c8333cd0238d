package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.session.FakeTime;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The limit of failures")
class FailureLimitTest {

  private final FakeTime time = new FakeTime();
  private final FailureLimit limit = new FailureLimit(time);

  private long counted(int failures) {
    return IntStream.range(0, failures).filter(i -> limit.count()).count();
  }

  @Test
  @DisplayName("is 50")
  void fifty() {
    assertThat(counted(60)).isEqualTo(50);
  }

  @Test
  @DisplayName("begins anew after a minute, not before")
  void perMinute() {
    assertThat(counted(50)).isEqualTo(50);
    time.pass(Duration.ofSeconds(59));
    assertThat(counted(1)).isZero();
    time.pass(Duration.ofSeconds(1));
    assertThat(counted(60)).isEqualTo(50);
  }
}
