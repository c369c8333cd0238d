package imserver.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.webhook.Answer.Failed;
import imserver.webhook.Answer.Failed.Kind;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The health of the endpoint")
class EndpointHealthTest {

  private static final Failed FAILED = Failed.of("HTTP 500");

  private long now = Long.MAX_VALUE - 5; // the clock may overflow
  private final EndpointHealth health = new EndpointHealth(() -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      health.failed(FAILED);
    }
  }

  @Test
  @DisplayName("lets as many be told at a time as there may be")
  void well() {
    assertThat(health.room(0, 32)).isEqualTo(32);
    assertThat(health.room(30, 32)).isEqualTo(2);
    assertThat(health.room(40, 32)).isZero();
    fail(4);
    assertThat(health.room(0, 32)).isEqualTo(32);
  }

  @Test
  @DisplayName("tries one at a time after five failures in a row, with pauses that grow to 30 s")
  void failing() {
    fail(5);
    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
      assertThat(health.room(0, 32)).isZero();
      pass(Duration.ofSeconds(seconds).minusMillis(1));
      assertThat(health.room(0, 32)).isZero();
      pass(Duration.ofMillis(1));
      assertThat(health.room(0, 32)).isEqualTo(1);
      assertThat(health.room(1, 32)).isZero();
      fail(1);
    }
    health.taken();
    assertThat(health.room(0, 32)).isEqualTo(32);
  }

  @Test
  @DisplayName("counts those that had begun before as one")
  void together() {
    fail(32);
    pass(Duration.ofSeconds(1));
    assertThat(health.room(0, 32)).isEqualTo(1);
  }

  @Test
  @DisplayName("begins to count anew with a success")
  void success() {
    fail(4);
    health.taken();
    fail(4);
    assertThat(health.room(0, 32)).isEqualTo(32);
  }

  @Test
  @DisplayName("leaves one that is gone alone for an hour")
  void gone() {
    health.failed(new Failed("HTTP 410", null, Kind.GONE));
    pass(Duration.ofMinutes(59));
    assertThat(health.room(0, 32)).isZero();
    pass(Duration.ofMinutes(1));
    assertThat(health.room(0, 32)).isEqualTo(1);
  }

  @Test
  @DisplayName("leaves one that speaks no HTTP alone for ten minutes, from the fifth time on")
  void noHttp() {
    Failed failed = new Failed("Invalid status line", null, Kind.NO_HTTP);
    for (int i = 0; i < 5; i++) {
      assertThat(health.isPaused()).isFalse();
      health.failed(failed);
    }
    pass(Duration.ofMinutes(9));
    assertThat(health.isPaused()).isTrue();
    pass(Duration.ofMinutes(1));
    health.failed(FAILED);
    pass(Duration.ofSeconds(30));
    assertThat(health.room(0, 32)).isEqualTo(1);
  }

  @Test
  @DisplayName("leaves it alone for as long as it wants, up to five minutes")
  void retryAfter() {
    health.failed(new Failed("HTTP 429", Duration.ofSeconds(7), Kind.PASSING));
    pass(Duration.ofSeconds(6));
    assertThat(health.isPaused()).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(health.room(0, 32)).isEqualTo(32);
    health.failed(new Failed("HTTP 503", Duration.ofDays(9), Kind.PASSING));
    pass(Duration.ofMinutes(5));
    assertThat(health.isPaused()).isFalse();
  }
}
