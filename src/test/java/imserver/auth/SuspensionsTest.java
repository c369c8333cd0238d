package imserver.auth;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.session.FakeClock;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Suspensions in memory")
class SuspensionsTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Instant END = NOW.plusSeconds(60);

  private final FakeClock clock = new FakeClock(NOW);
  private final Suspensions suspensions = new Suspensions(clock);

  @Test
  @DisplayName("are from writing or from everything, and of one user")
  void scopes() {
    suspensions.put(1, false, END, 1);
    suspensions.put(2, true, END, 1);
    assertThat(suspensions.isSilent(1)).isTrue();
    assertThat(suspensions.isShutOut(1)).isFalse();
    assertThat(suspensions.isSilent(2)).isTrue();
    assertThat(suspensions.isShutOut(2)).isTrue();
    assertThat(suspensions.isSilent(3)).isFalse();
  }

  @Test
  @DisplayName("end by themselves")
  void end() {
    suspensions.put(1, true, END, 1);
    clock.now = END.minusMillis(1);
    assertThat(suspensions.isShutOut(1)).isTrue();
    clock.now = END;
    assertThat(suspensions.isShutOut(1)).isFalse();
    assertThat(suspensions.isSilent(1)).isFalse();
  }

  @Test
  @DisplayName("are what the newest version says, in whatever order they come")
  void versions() {
    suspensions.put(1, true, NOW, 3); // ended
    suspensions.put(1, true, END, 2);
    assertThat(suspensions.isShutOut(1)).isFalse();
    suspensions.put(1, false, END, 4);
    assertThat(suspensions.isSilent(1)).isTrue();
    assertThat(suspensions.isShutOut(1)).isFalse();
  }

  @Test
  @DisplayName("are forgotten when they have ended, and not before")
  void forgotten() {
    suspensions.put(1, true, END, 1);
    suspensions.forgetEndedBefore(END);
    assertThat(suspensions.isShutOut(1)).isTrue();
    suspensions.forgetEndedBefore(END.plusMillis(1));
    assertThat(suspensions.isShutOut(1)).isFalse();
  }

  @Test
  @DisplayName("are never of the host application")
  void host() throws Exception {
    suspensions.put(1, true, END, 1);
    assertThat(suspensions.isShutOut(new UserPrincipal(1, null, null, null))).isTrue();
    assertThat(
            suspensions.isShutOut(
                new UserPrincipal(1, "1", null, null, null, null, true, false, false, false)))
        .isFalse();
  }
}
