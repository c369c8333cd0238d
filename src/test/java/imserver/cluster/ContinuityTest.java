package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.cluster.Frame.Kind;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The heads of connected users are compared")
class ContinuityTest {

  private static final long OTHER = 7;

  private long now = 1;

  /** Of the last frame that the other server has sent. */
  private long number;

  private final Continuity continuity = new Continuity(now);

  @BeforeEach
  void start() {
    continuity.connected(1, now);
    assertThat(isDue()).isTrue();
  }

  private boolean isDue() {
    return continuity.isDue(now);
  }

  private void frame(Kind kind, long number) {
    var unused = heard(kind, number);
  }

  private boolean heard(Kind kind, long number) {
    return continuity.heard(new Frame(OTHER, number, kind, List.of()), 0, now);
  }

  /** Seconds in which the other server is heard; how many comparisons were due. */
  private int seconds(int count) {
    int due = 0;
    for (int i = 0; i < count; i++) {
      now += TimeUnit.SECONDS.toNanos(1);
      frame(Kind.BEAT, ++number);
      continuity.tick(Set.of(OTHER), now);
      due += isDue() ? 1 : 0;
    }
    return due;
  }

  /** Seconds in which it is not; its row says that it is alive, or not. */
  private int silentSeconds(int count, Set<Long> alive) {
    int due = 0;
    for (int i = 0; i < count; i++) {
      now += TimeUnit.SECONDS.toNanos(1);
      continuity.tick(alive, now);
      due += isDue() ? 1 : 0;
    }
    return due;
  }

  private void settle() {
    seconds(20);
    assertThat(isDue()).isFalse();
    assertThat(continuity.hearsAll(now)).isTrue();
  }

  @Test
  @DisplayName("while in doubt, which is ten seconds after something was missed")
  void doubt() {
    settle();
    assertThat(continuity.isInDoubt(now)).isFalse();
    number += 2; // one is missing
    frame(Kind.CHANGES, number);
    assertThat(continuity.isInDoubt(now)).isTrue();
    seconds(9);
    assertThat(continuity.isInDoubt(now)).isTrue();
    seconds(1);
    assertThat(continuity.isInDoubt(now)).isFalse();
  }

  @Test
  @DisplayName("never, where a server is alone")
  void alone() {
    silentSeconds(10, Set.of()); // after the connection
    assertThat(silentSeconds(300, Set.of())).isZero();
    assertThat(continuity.hearsAll(now)).isTrue();
  }

  @Test
  @DisplayName("every minute, where all is well")
  void well() {
    settle();
    assertThat(seconds(180)).isEqualTo(3);
  }

  @Test
  @DisplayName("at once where a frame did not come, and for ten seconds more")
  void lostFrame() {
    settle();
    frame(Kind.CHANGES, ++number);
    assertThat(isDue()).isFalse();
    number += 2;
    frame(Kind.CHANGES, number);
    assertThat(isDue()).isTrue();
    assertThat(seconds(20)).isEqualTo(4);
  }

  @Test
  @DisplayName("where a beat shows that the last frame did not come")
  void lostLastFrame() {
    settle();
    number += 2;
    frame(Kind.BEAT, number);
    assertThat(isDue()).isTrue();
  }

  @Test
  @DisplayName("not where a frame comes twice or late")
  void doubled() {
    settle();
    assertThat(heard(Kind.CHANGES, number + 1)).isTrue();
    assertThat(heard(Kind.CHANGES, number + 2)).isTrue();
    assertThat(heard(Kind.CHANGES, number + 1)).isFalse();
    assertThat(heard(Kind.CHANGES, number + 2)).isFalse();
    frame(Kind.BEAT, number + 3);
    assertThat(isDue()).isFalse();
  }

  @Test
  @DisplayName("where a frame is of an unknown version")
  void unknownVersion() {
    settle();
    frame(Kind.UNKNOWN, ++number);
    assertThat(isDue()).isTrue();
  }

  @Test
  @DisplayName("every two seconds while a server that is alive is not heard")
  void wedgedBus() {
    settle();
    silentSeconds(4, Set.of(OTHER));
    assertThat(continuity.hearsAll(now)).isFalse();
    assertThat(silentSeconds(20, Set.of(OTHER))).isEqualTo(10);
  }

  @Test
  @DisplayName("every two seconds while the bus is down, at once when it is back")
  void busDown() {
    settle();
    continuity.connected(0, now);
    assertThat(isDue()).isTrue();
    assertThat(silentSeconds(20, Set.of(OTHER))).isEqualTo(10);
    now += TimeUnit.SECONDS.toNanos(1);
    continuity.connected(1, now);
    assertThat(isDue()).isTrue();
  }

  @Test
  @DisplayName("when a server has gone, of which neither the bus nor the database tells any more")
  void gone() {
    settle();
    assertThat(silentSeconds(2, Set.of())).isZero();
    assertThat(continuity.peers()).isEqualTo(1);
    assertThat(silentSeconds(1, Set.of())).isEqualTo(1);
    assertThat(continuity.peers()).isZero();
    assertThat(silentSeconds(9, Set.of())).as("it may have committed more").isEqualTo(4);
    assertThat(silentSeconds(100, Set.of())).isZero();
  }

  @Test
  @DisplayName("as long as a server is heard, though its beat does not reach the database")
  void unlisted() {
    settle();
    for (int i = 0; i < 60; i++) {
      frame(Kind.BEAT, ++number);
      silentSeconds(1, Set.of());
    }
    assertThat(continuity.peers()).isEqualTo(1);
    assertThat(heard(Kind.CHANGES, ++number)).isTrue();
  }

  @Test
  @DisplayName("when a server has gone, whatever of it somebody sends once more")
  void sentOnceMore() {
    settle();
    for (int i = 0; i < 4; i++) {
      frame(Kind.BEAT, number);
      frame(Kind.BEAT, number - 1);
      silentSeconds(1, Set.of(OTHER));
    }
    assertThat(continuity.hearsAll(now)).as("it hangs").isFalse();
    frame(Kind.BEAT, number);
    silentSeconds(1, Set.of());
    assertThat(continuity.peers()).isZero();
    assertThat(heard(Kind.CHANGES, number + 1)).isFalse();
    assertThat(continuity.peers()).isZero();
  }

  @Test
  @DisplayName("every two seconds while it is not known who is alive")
  void unknown() {
    silentSeconds(60, Set.of());
    int due = 0;
    for (int i = 0; i < 20; i++) {
      now += TimeUnit.SECONDS.toNanos(1);
      continuity.unknown(now);
      due += isDue() ? 1 : 0;
    }
    assertThat(due).isEqualTo(10);
  }

  @Test
  @DisplayName("once a second at most, where many frames do not come")
  void storm() {
    settle();
    int due = 0;
    for (int i = 0; i < 1000; i++) {
      now += TimeUnit.MILLISECONDS.toNanos(2);
      number += 2;
      frame(Kind.CHANGES, number);
      due += isDue() ? 1 : 0;
    }
    assertThat(due).isEqualTo(2);
  }

  @Test
  @DisplayName("where it is not known what was committed, also where a server is alone")
  void doubtAlone() {
    silentSeconds(60, Set.of());
    continuity.doubt(now);
    assertThat(isDue()).isTrue();
    assertThat(silentSeconds(60, Set.of())).isEqualTo(4);
  }

  @Test
  @DisplayName("at once where this server was halted")
  void halted() {
    settle();
    now += TimeUnit.SECONDS.toNanos(15);
    assertThat(seconds(1)).isEqualTo(1);
  }

  @Test
  @DisplayName("every two seconds while a server is not heard by one of several ways")
  void oneWay() {
    now += TimeUnit.SECONDS.toNanos(1);
    continuity.connected(2, now);
    assertThat(isDue()).isTrue();
    seconds(12);
    assertThat(continuity.hearsAll(now)).isFalse();
    assertThat(seconds(20)).isEqualTo(10);
  }

  @Test
  @DisplayName("not where it is heard by all of them")
  void allWays() {
    now += TimeUnit.SECONDS.toNanos(1);
    continuity.connected(2, now);
    assertThat(isDue()).isTrue();
    for (int i = 0; i < 20; i++) {
      seconds(1);
      continuity.heard(new Frame(OTHER, number, Kind.BEAT, List.of()), 1, now);
    }
    assertThat(continuity.hearsAll(now)).isTrue();
    assertThat(isDue()).isFalse();
  }

  @Test
  @DisplayName("also where a server is heard by frames without a number alone")
  void noBeats() {
    settle();
    for (int i = 0; i < 4; i++) {
      frame(Kind.CHANGES, Frame.UNNUMBERED);
      silentSeconds(1, Set.of(OTHER));
    }
    assertThat(continuity.hearsAll(now)).isFalse();
  }

  @Test
  @DisplayName("not for frames without a number, but where they are of an unknown version")
  void unnumbered() {
    settle();
    frame(Kind.CHANGES, Frame.UNNUMBERED);
    assertThat(isDue()).isFalse();
    frame(Kind.UNKNOWN, Frame.UNNUMBERED);
    assertThat(isDue()).isTrue();
  }
}
