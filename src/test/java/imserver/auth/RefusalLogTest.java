package imserver.auth;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.RefusalLog.Kind;
import imserver.session.FakeClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of refusals the log gets")
class RefusalLogTest {

  private final FakeClock clock = new FakeClock(Instant.parse("2026-01-02T03:04:05Z"));
  private final RefusalLog refusalLog = new RefusalLog(clock);

  @Test
  @DisplayName("a few lines a minute of each kind, and how many were left out")
  void bounded() {
    assertThat(refusalLog.leftOut(Kind.ORIGIN)).isEmpty();
    for (int i = 0; i < 1000; i++) {
      assertThat(refusalLog.leftOut(Kind.ORIGIN)).isNull();
    }
    for (int i = 0; i < 5; i++) {
      assertThat(refusalLog.leftOut(Kind.CREDENTIAL)).isEmpty();
    }
    assertThat(refusalLog.leftOut(Kind.CREDENTIAL)).isNull();
    clock.now = clock.now.plus(Duration.ofSeconds(59));
    assertThat(refusalLog.leftOut(Kind.ORIGIN)).isNull();
    clock.now = clock.now.plus(Duration.ofSeconds(2));
    assertThat(refusalLog.leftOut(Kind.ORIGIN))
        .isEqualTo(" (and 1001 more since the last such line)");
    assertThat(refusalLog.leftOut(Kind.ORIGIN)).isNull();
    assertThat(refusalLog.leftOut(Kind.CREDENTIAL)).contains("1 more");
    assertThat(refusalLog.leftOut(Kind.CREDENTIAL)).isEmpty();
  }

  @Test
  @DisplayName("no line that nobody will read")
  void lazy() {
    refusalLog.log(Kind.HOST, () -> "the first");
    refusalLog.log(
        Kind.HOST,
        () -> {
          throw new AssertionError("asked for");
        });
  }
}
