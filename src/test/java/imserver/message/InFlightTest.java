package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.session.FakeConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is being stored")
class InFlightTest {

  private final StoringFixture fixture = new StoringFixture();
  private final FakeConnection alice = new FakeConnection(1);

  @Test
  @DisplayName("is known until it is stored, and no longer when its sender is told")
  void whileStoring() {
    AtomicReference<InFlight> during = new AtomicReference<>();
    fixture.service.refuses =
        draft -> {
          during.set(fixture.storing.inFlight());
          return false;
        };
    List<InFlight> whenTold = new ArrayList<>();
    alice.beforeSend = () -> whenTold.add(fixture.storing.inFlight());
    fixture.storing.process(
        List.of(StoringFixture.post(alice, 2, "a"), StoringFixture.post(alice, 3, "b")));
    assertThat(during.get().above()).isZero();
    assertThat(during.get().firstOf(Pair.of(2, 1))).isEqualTo(1);
    assertThat(during.get().firstOf(Pair.of(1, 3))).isEqualTo(2);
    assertThat(during.get().firstOf(Pair.of(2, 3))).isEqualTo(Long.MAX_VALUE);
    assertThat(whenTold).containsExactly(null, null);
    assertThat(fixture.storing.inFlight()).isNull();
  }

  @Test
  @DisplayName("is less with each message that is stored alone, and nothing when all has failed")
  void oneByOne() {
    fixture.service.refuses = draft -> draft.content().equals("bad");
    List<Long> firstOfC = new ArrayList<>();
    alice.beforeSend =
        () -> {
          InFlight now = fixture.storing.inFlight();
          firstOfC.add(now == null ? 0 : now.firstOf(Pair.of(1, 4)));
        };
    fixture.storing.process(
        List.of(
            StoringFixture.post(alice, 2, "a"),
            StoringFixture.post(alice, 3, "bad"),
            StoringFixture.post(alice, 4, "c")));
    assertThat(firstOfC).containsExactly(3L, 3L, 0L);
    assertThat(fixture.storing.inFlight()).isNull();
    fixture.service.down = true;
    fixture.storing.process(List.of(StoringFixture.post(alice, 2, "d")));
    assertThat(fixture.storing.inFlight()).isNull();
  }

  @Test
  @DisplayName(
      "is not known by its messages while their ids are given: then nothing above is settled")
  void whileIdsAreGiven() {
    assertThat(new InFlight(7, null).firstOf(Pair.of(1, 2))).isEqualTo(8);
  }
}
